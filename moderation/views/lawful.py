"""`/console/lawful`: the register of what authorities ask for."""

import hashlib
from tempfile import SpooledTemporaryFile

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation.actions import lawful
from moderation.actions.base import Code, Refused
from moderation.actions.lawful import Wish
from moderation.audit import export
from moderation.audit.source import Source
from moderation.forms import LawfulForm
from moderation.gate import console, staff_of
from moderation.models import Authority, LawfulRequest
from moderation.staff import Act
from moderation.views.answers import said, who
from moderation.words import AUTHORITIES

SHOWN = 100
IN_MEMORY = 1 << 23


@console(Act.READ_LAWFUL)
def register(request: HttpRequest) -> HttpResponseBase:
    """Every request, the newest first, and a form for another."""
    return _register(request, LawfulForm())


def _register(request: HttpRequest, form: LawfulForm) -> HttpResponseBase:
    found = LawfulRequest.objects.select_related("asked_by", "approver").order_by("-pk")[:SHOWN]
    rows = [(one, AUTHORITIES[one.kind]) for one in found]
    context = {"requests": rows, "form": form, "staff": staff_of(member(request))}
    return render(request, "console/lawful.html", context)


@console(Act.ASK_LAWFUL)
def ask(request: HttpRequest) -> HttpResponseBase:
    """Back to the register, with the new request; the form again where it makes no sense."""
    form = LawfulForm(request.POST or None)
    if not form.is_valid():
        return _register(request, form)
    data = form.cleaned_data
    person = User.objects.filter(username__iexact=data["person"]).first() if data["person"] else None
    if data["person"] and person is None:
        form.add_error("person", _("There is no such user."))
        return _register(request, form)
    wish = Wish(
        Authority(data["kind"]),
        data["authority"],
        data["ground"],
        person.uid if person else "",
        data["room"],
        data["start"],
        data["end"],
    )
    with said(request, Act.ASK_LAWFUL, _("Asked. A second person decides now.")):
        lawful.ask(wish, **who(request))
    return redirect("console_lawful")


@console(Act.DECIDE_LAWFUL)
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the register; the request is decided, or it is said why not."""
    if request.method == "POST":
        approved = request.POST.get("decision") == "approve"
        words = _("Approved. It can be exported for seven days.") if approved else _("Refused. Nothing leaves.")
        with said(request, Act.DECIDE_LAWFUL, words):
            lawful.decide(pk, approved, **who(request))
    return redirect("console_lawful")


@console(Act.EXPORT_LAWFUL)
def hand_over(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was asked for, as a bundle, once: every entry outside of the scope is a hash in it and nothing more.

    It is written down, with its digest, before its first byte leaves.
    """
    found = LawfulRequest.objects.filter(pk=pk).first()
    if request.method != "POST" or found is None:
        return redirect("console_lawful")
    user, now, source = member(request), timezone.now(), Source.of_request(request)
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the response closes it
    with said(request, Act.EXPORT_LAWFUL, _("Exported.")):
        lawful.refuse_export(found, user, now)
        try:
            export.export(file, now=now, shows=lawful.scope(found), person=found.person or None)
        except export.NothingSealedError as error:
            raise Refused(Code.AWAY) from error
        lawful.export(pk, _digest(file), by=user, now=now, source=source)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"stoa-request-{pk}.zip")
    return redirect("console_lawful")


def _digest(file: SpooledTemporaryFile[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
