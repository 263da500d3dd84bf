"""`/console/cases/<case>/`: one case on one screen, and everything that is done from there."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation import cases, dossier, enforce, queue, reasons
from moderation.actions import appeals, decisions
from moderation.actions import cases as working
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.cases import Actor
from moderation.gate import acts_of, console, factor_age, staff_of
from moderation.measures import RULES, Measure
from moderation.models import About, Appeal, Case, Decision, Kind, Result, Staff, Stand
from moderation.staff import FRESH, Act, Role
from moderation.verdicts import AskForm, HearingForm, NameForm, VerdictForm
from moderation.views.answers import not_understood, said, who

BESIDE = 12  # cases of the queue, beside the one that is open
NEEDS = {
    cases.Act.CLAIM: Act.WORK,
    cases.Act.RELEASE: Act.WORK,
    cases.Act.HAND_OVER: Act.WORK,
    cases.Act.ESCALATE: Act.WORK,
    cases.Act.DECIDE: Act.DECIDE,
    cases.Act.CONFIRM: Act.CONFIRM,
    cases.Act.DECLINE: Act.CONFIRM,
    cases.Act.HEAR: Act.HEAR,
}
"""What each act on a case needs in the table of the staff."""
JUDGES = {cases.Act.RELEASE, cases.Act.CONFIRM, cases.Act.HEAR}
"""Whoever can do one of these is to judge the case now, and may ask to hear its evidence."""


@console(Act.READ_CASES)
def case(request: HttpRequest, case: int) -> HttpResponseBase:
    """The whole case; closed to whoever has a part in it."""
    return _shown(request, case)


def _shown(request: HttpRequest, pk: int, **forms: Any) -> HttpResponseBase:
    reader, now = member(request), timezone.now()
    found = get_object_or_404(Case.objects.select_related("subject", "host", "holder").defer("secret"), pk=pk)
    actor = Actor(reader.uid, senior=working.is_senior(reader, now))
    code = cases.conflict(actor, found.parties)
    if code is not None:
        record_refusal(Act.READ_CASES, source=Source.of_request(request), actor=reader.uid, case=str(pk), reason=code)
        return render(request, "console/closed.html", {"code": code.value}, status=HTTPStatus.FORBIDDEN)
    allowed, staff = acts_of(reader), staff_of(reader)
    possible = {act for act in dossier.possible(found, actor) if NEEDS[act] in allowed}
    age = factor_age(request, reader)
    beside = queue.page(reader, queue.Shelf.OPEN, size=BESIDE).rows
    context = {
        "case": found,
        "staff": staff,
        "now": now,
        "title": queue.titles([found]).get(found.room, ""),
        "can": {act.value: act in possible for act in dossier.STAFF_ACTS},
        "listens": Act.ASK_EVIDENCE in allowed and bool(possible & JUDGES),
        "fresh": age is not None and age <= FRESH,
        "approves": Act.APPROVE_EVIDENCE in allowed,
        "writes": Act.WRITE_BACK in allowed and cases.strange(cases.State(found.state), actor, found.parties) is None,
        "beside": beside,
        "next": next((row.case.pk for row in beside if row.case.pk != pk and row.case.holder in (None, reader)), None),
        **_people(found, reader),
        **_evidence(found, reader, now),
        **_decided(found, forms.pop("hearing", {})),
        "verdict": VerdictForm(found),
        "naming": NameForm() if found.about == About.NOTICE else None,
        "rules": _rules(),
        **forms,
    }
    return render(request, "console/case.html", context)


def _people(found: Case, reader: User) -> dict[str, Any]:
    done = dossier.done(found)
    working_too = (
        Staff.objects.filter(role__in=(Role.MODERATOR, Role.SENIOR))
        .exclude(user=reader)
        .exclude(expires_at__lte=timezone.now())
    )
    return {
        "reports": dossier.reports(found),
        "past": dossier.past(found),
        "reporters": dossier.reporters(found),
        "done": done,
        "names": dossier.names({one.by for one in done}),
        "others": working_too.exclude(user=found.whom).select_related("user").order_by("user__display_name"),
    }


def _evidence(found: Case, reader: User, now: Any) -> dict[str, Any]:
    minutes, leave = dossier.minutes(found), dossier.leave(found, reader, now)
    listens = leave is not None and leave.approved is True
    tracks = [
        {
            "id": track.evidence.pk,
            "freeze": minute.freeze.pk,
            "offset": track.offset,
            "seconds": track.seconds,
            "words": any(hint.kind == Kind.TRANSCRIPT and hint.box for hint in track.hints),
        }
        for minute in minutes
        for track in minute.tracks
        if track.evidence.size
    ]
    return {
        "minutes": minutes,
        "patterns": dossier.patterns(found),
        "leave": leave,
        "asked": dossier.asked(found, reader),
        "ask": AskForm(),
        "tracks": {"grant": leave.pk if leave and listens else None, "tracks": tracks},
    }


def _decided(found: Case, hearings: Mapping[int, HearingForm]) -> dict[str, Any]:
    """What was decided, and each appeal with its form, or with the one that was filled in."""
    made = list(found.decisions.select_related("subject", "made_by", "second", "undone_by", "root").order_by("-pk"))
    appealed = Appeal.objects.filter(decision__case=found).select_related("hearer", "decision__subject").order_by("pk")
    proposal = next((one for one in made if one.state == Stand.PROPOSED), None)
    return {
        "decisions": [(one, reasons.statement(one)) for one in made],
        "proposal": proposal,
        "way_in": dossier.way_in(proposal, timezone.now()),
        "appeals": [(one, hearings.get(one.pk) or HearingForm(auto_id=f"id_{one.pk}_%s")) for one in appealed],
    }


def _rules() -> dict[str, Any]:
    """What the page needs to know of each measure while one is chosen."""
    return {
        measure.value: {
            "timed": rule.timed,
            "second": rule.second,
            "longest": rule.longest.days if rule.longest else None,
        }
        for measure, rule in RULES.items()
    }


@console(Act.WORK)
def claim(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, which is theirs; or it is said who was faster."""
    return _did(request, case, Act.WORK, _("The case is yours."), working.claim)


@console(Act.WORK)
def release(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, which waits for somebody else."""
    return _did(request, case, Act.WORK, _("The case waits for somebody else."), working.release)


@console(Act.WORK)
def escalate(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, which waits for a senior moderator."""
    return _did(request, case, Act.WORK, _("The case waits for a senior moderator."), working.escalate)


@console(Act.WORK)
def hand_over(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, which is somebody else's."""
    to = User.objects.filter(uid=request.POST.get("to", "")).first()
    if to is None:
        return redirect("console_case", case)
    words = _("The case is now with %(name)s.") % {"name": to.display_name}
    return _did(request, case, Act.WORK, words, lambda pk, **how: working.hand_over(pk, to, **how))


@console(Act.WORK)
def name(request: HttpRequest, case: int) -> HttpResponseBase:
    """To the case that the notice belongs to now."""
    form = NameForm(request.POST or None)
    if not form.is_valid():
        not_understood(request, form)
        return redirect("console_case", case)
    told, where = form.cleaned_data, case
    with said(request, Act.WORK, _("The case is about them now. Decide on it like on any other."), case=case):
        where = working.name(case, told["room"], told["person"], **who(request)).pk
    return redirect("console_case", where)


@console(Act.DECIDE)
def decide(request: HttpRequest, case: int) -> HttpResponseBase:
    """Back to the case, decided; the page again where something is missing."""
    form = VerdictForm(get_object_or_404(Case, pk=case), request.POST)
    if request.method == "POST" and not form.is_valid():
        return _shown(request, case, verdict=form)
    return _did(request, case, Act.DECIDE, _("Done."), lambda pk, **how: decisions.decide(pk, form.verdict(), **how))


@console(Act.DECIDE)
def preview(request: HttpRequest, case: int) -> HttpResponseBase:
    """What the member would read, in their language, as far as the form is filled in; for whoever may decide alone.

    A reporter's language would be a hint at who they are: that one is shown in the reader's own.
    """
    found = get_object_or_404(Case.objects.select_related("subject", "host", "holder"), pk=case)
    if cases.step(cases.State(found.state), cases.Act.DECIDE, Actor(member(request).uid), found.parties)[1] is not None:
        raise Http404
    form = VerdictForm(found, request.POST)
    form.full_clean()
    verdict = form.verdict()
    subject = enforce.subject_of(found, verdict.measure, verdict.report)
    whose = None if verdict.measure is Measure.RESTRICT_REPORTING else subject
    with translation.override(reasons.language_of(whose)):
        drafted = decisions.draft(found, subject, verdict, member(request), timezone.now())
        fields = reasons.statement(drafted) if verdict.measure is not Measure.NONE else []
        return JsonResponse({"language": translation.get_language(), "fields": fields})


@console(Act.CONFIRM)
def confirm(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """Back to the case; what somebody else proposed is in force."""
    get_object_or_404(Decision, pk=pk, case=case)
    way_in = "way_in" in request.POST

    def confirmed(_case: int, **how: Any) -> object:
        return decisions.confirm(pk, way_in=way_in, **how)

    return _did(request, case, Act.CONFIRM, _("In force."), confirmed)


@console(Act.CONFIRM)
def decline(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """Back to the case, which is again in the hands of whoever proposed."""
    get_object_or_404(Decision, pk=pk, case=case)
    words = _("Declined. The case is back with whoever proposed it.")
    return _did(request, case, Act.CONFIRM, words, lambda _case, **how: decisions.decline(pk, **how))


@console(Act.HEAR)
def hear(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """Back to the case, with the appeal answered; the page again where the reasons are missing."""
    get_object_or_404(Appeal, pk=pk, decision__case=case)
    form = HearingForm(request.POST, auto_id=f"id_{pk}_%s")
    if request.method == "POST" and not form.is_valid():
        return _shown(request, case, hearing={pk: form})

    def answer(_case: int, **how: Any) -> object:
        return appeals.hear(pk, Result(form.cleaned_data["result"]), form.cleaned_data["reasons"], **how)

    return _did(request, case, Act.HEAR, _("The appeal is answered."), answer)


def _did(request: HttpRequest, pk: int, act: Act, words: str, do: Callable[..., object]) -> HttpResponseBase:
    """Back to the case; what was asked for is done, or it is said why not."""
    if request.method == "POST":
        with said(request, act, words, case=pk):
            do(pk, **who(request))
    return redirect("console_case", pk)
