"""`/console/lawful`: the register of what authorities ask for."""

import hashlib

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation.actions import lawful
from moderation.actions.base import Code
from moderation.actions.lawful import Wish
from moderation.audit.source import Source
from moderation.forms import BeforeForm, LawfulForm
from moderation.gate import console, staff_of
from moderation.models import Authority, LawfulRequest
from moderation.staff import Act
from moderation.views import download
from moderation.views.answers import said, who
from moderation.views.download import Download
from moderation.words import AUTHORITIES

SHOWN = 100  # on a page


@console(Act.READ_LAWFUL)
def register(request: HttpRequest) -> HttpResponseBase:
    """Every request, the newest first and a page at a time, and a form for another."""
    return _register(request, LawfulForm())


def _register(request: HttpRequest, form: LawfulForm) -> HttpResponseBase:
    page = BeforeForm(request.GET)
    before = page.cleaned_data["before"] if page.is_valid() else None
    asked = LawfulRequest.objects.select_related("asked_by", "approver").order_by("-pk")
    found = list((asked.filter(pk__lt=before) if before else asked)[: SHOWN + 1])
    reader = member(request)
    rows = [(one, AUTHORITIES[one.kind], _free(one, reader)) for one in found[:SHOWN]]
    context = {
        "requests": rows,
        "newest": before is None,
        "older": found[SHOWN - 1].pk if len(found) > SHOWN else None,
        "form": form,
        "staff": staff_of(reader),
    }
    return render(request, "console/lawful.html", context)


def _free(asked: LawfulRequest, reader: User) -> bool:
    """Whether something can still be done with it, and by them."""
    over = asked.exported_at is not None or asked.approved is False
    return not over and lawful.part(asked, reader) is None


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
    """What was asked for, as a bundle of its time, once: what is outside of the scope is a hash in it and nothing more.

    It is written down, with its digest, before its first byte leaves.
    """
    found = LawfulRequest.objects.filter(pk=pk).first()
    if request.method != "POST" or found is None:
        return redirect("console_lawful")
    user, now, source = member(request), timezone.now(), Source.of_request(request)
    with said(request, Act.EXPORT_LAWFUL, _("Exported.")):
        lawful.refuse_export(found, user, now)
        scope = {"shows": lawful.scope(found), "person": found.person or None}
        file = download.made(found.start, found.end, too_many=Code.WIDE, now=now, **scope)
        lawful.export(pk, hashlib.file_digest(file, "sha256").hexdigest(), by=user, now=now, source=source)
        file.seek(0)
        return Download(file, as_attachment=True, filename=f"stoa-request-{pk}.zip")
    return redirect("console_lawful")
