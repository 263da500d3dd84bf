"""`/console/staff/`: who is on the staff, in which role and until when."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import dossier
from moderation.actions import staff as acting
from moderation.actions.erasures import ERASED
from moderation.audit.source import Source
from moderation.gate import acts_of, console, staff_of
from moderation.house import StaffForm
from moderation.models import Staff
from moderation.staff import Act, Role
from moderation.views.answers import said
from moderation.waiting import stranded

_ORDER = list(Role)


@console(Act.READ_STAFF)
def staff(request: HttpRequest) -> HttpResponseBase:
    """Everybody on the staff, and a form to put somebody on it."""
    return _shown(request, StaffForm())


def _shown(request: HttpRequest, form: StaffForm) -> HttpResponseBase:
    rows = sorted(Staff.objects.select_related("user"), key=lambda row: (_ORDER.index(Role(row.role)), row.granted_at))
    reader, now = member(request), timezone.now()
    context = {
        "rows": rows,
        "names": {**dossier.names({row.granted_by for row in rows}), ERASED: _("somebody who left")},
        "form": form,
        "staff": staff_of(reader),
        "changes": Act.CHANGE_STAFF in acts_of(reader),
        "stranded": stranded(reader, now).count(),
        "now": now,
    }
    return render(request, "console/staff.html", context)


@console(Act.CHANGE_STAFF)
def grant(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with somebody in a new role; the form again where it makes no sense."""
    form = StaffForm(request.POST or None)
    if not form.is_valid():
        return _shown(request, form)
    person, role = form.cleaned_data["user"], Role(form.cleaned_data["role"])
    words = _("%(name)s is on the staff now.") % {"name": person.display_name}
    with said(request, Act.CHANGE_STAFF, words):
        acting.grant(
            person,
            role,
            form.cleaned_data["days"],
            now=timezone.now(),
            source=Source.of_request(request),
            by=member(request).uid,
        )
    return redirect("console_staff")


@console(Act.CHANGE_STAFF)
def revoke(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; somebody is off the staff at once."""
    row = Staff.objects.select_related("user").filter(pk=pk).first()
    if request.method == "POST" and row is not None:
        with said(request, Act.CHANGE_STAFF, _("They are off the staff.")):
            acting.revoke(row.user, source=Source.of_request(request), by=member(request).uid)
    return redirect("console_staff")
