"""Hearing what was sealed: asked for, answered by a second person, and fetched track by track; never by a link."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions import grants
from moderation.actions.base import Code, Refused
from moderation.audit.record import record_refusal
from moderation.gate import console, factor_age
from moderation.hearing.tracks import UnheardError, opened
from moderation.hearing.transcript import Transcript
from moderation.models import Evidence, Grant, Kind
from moderation.staff import FRESH, Act
from moderation.verdicts import AskForm
from moderation.views.answers import not_understood, number, said, who
from moderation.words import REFUSALS


@console(Act.ASK_EVIDENCE)
def ask(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case; a senior moderator is asked for leave to open its evidence."""
    form = AskForm(request.POST or None)
    if form.is_valid():
        with said(request, Act.ASK_EVIDENCE, _("Asked. A senior moderator answers."), case=case):
            grants.ask(case, form.cleaned_data["reason"], **who(request))
    not_understood(request, form)
    return redirect("console_case", case)


@console(Act.APPROVE_EVIDENCE, fresh=FRESH)
def answer(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """Back to the case; whoever asked may open its evidence for half an hour, or not."""
    if request.method == "POST":
        get_object_or_404(Grant, pk=pk, case=case)
        approved = request.POST.get("answer") == "approve"
        words = _("Approved, for 30 minutes.") if approved else _("Refused. It stays sealed.")
        with said(request, Act.APPROVE_EVIDENCE, words, case=case):
            decide = grants.approve if approved else grants.refuse
            decide(pk, factor=factor_age(request, member(request)), **who(request))
    return redirect("console_case", case)


@console(Act.OPEN_EVIDENCE, fresh=FRESH)
def prove(_request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, with a second factor that is fresh: the gate asked for it."""
    return redirect("console_case", case)


@console(Act.OPEN_EVIDENCE, fresh=FRESH)
def listen(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """One track's sound as Ogg Opus, or the words a model wrote down of it; its entry is committed before."""
    named = number(request.POST.get("evidence", ""))
    if request.method != "POST" or named is None:
        return redirect("console_case", case)
    get_object_or_404(Grant, pk=pk, case=case)
    how: dict[str, Any] = {"factor": factor_age(request, member(request)), **who(request)}
    try:
        if request.POST.get("what") == "words":
            return JsonResponse({"text": _words(grants.admit(pk, named, "words", **how))})
        sound = grants.open_track(pk, named, **how)
    except (Refused, UnheardError) as refused:
        told = {"source": how["source"], "actor": member(request).uid, "case": str(case)}
        record_refusal(Act.OPEN_EVIDENCE, reason=refused.code, **told)
        words = REFUSALS.get(refused.code, REFUSALS[Code.BROKEN])
        return JsonResponse({"code": refused.code, "message": str(words)}, status=HTTPStatus.FORBIDDEN)
    return HttpResponse(sound, content_type="audio/ogg")


def _words(track: Evidence) -> str:
    """What a model wrote down of the track. Raises `UnheardError` for what does not open any more."""
    hint = track.hints.filter(kind=Kind.TRANSCRIPT).exclude(box=None).select_related("case").last()
    return Transcript.load(opened(hint)).text if hint else ""
