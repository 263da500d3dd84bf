"""`/console/names/`: who is behind an id of the log, asked by one and granted by another."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation.actions import unmasking
from moderation.forms import UnmaskForm
from moderation.gate import acts_of, console
from moderation.models import Unmasking
from moderation.staff import Act
from moderation.views.answers import said, who


@console(Act.ASK_NAME)
def page(request: HttpRequest) -> HttpResponseBase:
    """What this person may see now, what waits for an answer, and a form to ask."""
    entry = request.GET.get("entry", "")
    return _shown(request, UnmaskForm(initial={"person": f"#{entry}" if entry.isdecimal() else ""}))


def _shown(request: HttpRequest, form: UnmaskForm) -> HttpResponseBase:
    user, now = member(request), timezone.now()
    decides = Act.GRANT_NAME in acts_of(user)
    waiting = Unmasking.objects.filter(decided_at=None).select_related("asked_by").order_by("pk")
    context = {
        "named": User.objects.filter(uid__in=unmasking.shown_to(user, now)).order_by("uid"),
        "waiting": waiting if decides else waiting.filter(asked_by=user),
        "decides": decides,
        "me": user,
        "form": form,
    }
    return render(request, "console/names.html", context)


@console(Act.ASK_NAME)
def ask(request: HttpRequest) -> HttpResponseBase:
    """Back to the page; a senior moderator has it. The form again where it makes no sense."""
    form = UnmaskForm(request.POST or None)
    if not form.is_valid():
        return _shown(request, form)
    words = form.cleaned_data
    with said(request, Act.ASK_NAME, _("Asked. A senior moderator decides.")):
        unmasking.ask(words["person"], words["reason"], entry=words["entry"], **who(request))
    return redirect("console_names")


@console(Act.GRANT_NAME)
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; granted for half an hour, or refused."""
    if request.method == "POST":
        approved = "approve" in request.POST
        with said(request, Act.GRANT_NAME, _("Granted for half an hour.") if approved else _("Refused.")):
            unmasking.decide(pk, approved=approved, **who(request))
    return redirect("console_names")
