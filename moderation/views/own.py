"""`/privacy/decisions/` and `/privacy/reports/`: what was decided about oneself, and what became of one's reports."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.views import member
from moderation import outcomes
from moderation.actions import appeals, receipts
from moderation.actions.base import Refused
from moderation.audit.models import Entry
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.forms import AppealForm
from moderation.models import Appeal, Decision, Report
from moderation.own import decisions_on, unread, unread_reports
from moderation.reasons import statement
from moderation.views import proofs
from moderation.words import MEASURES, POLICIES, REFUSALS
from rooms.models import Room

SHOWN = 100  # of the newest


@login_required
@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponseBase:
    """Every decision on oneself, the newest first, and whether it still holds."""
    user, now = member(request), timezone.now()
    new = set(unread(user).values_list("pk", flat=True))
    rows = [
        {
            "decision": one,
            "title": MEASURES[one.measure],
            "policy": POLICIES[one.policy],
            "standing": outcomes.of_decision(one, now),
            "holds": outcomes.holds(one, now),
            "unread": one.pk in new,
        }
        for one in decisions_on(user).order_by("-in_force_at", "-pk")[:SHOWN]
    ]
    return render(request, "moderation/decisions.html", {"rows": rows})


@login_required
@never_cache
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One decision on oneself with its reasons, and the way to appeal; from now on it counts as read."""
    user = member(request)
    one = _decision(user, pk)
    receipts.read(one, by=user, now=timezone.now(), source=Source.of_request(request))
    return _decision_page(request, one, AppealForm())


@login_required
@require_POST
def appeal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the decision, with the appeal against it."""
    one = _decision(member(request), pk)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, one, form)
    _appeal(request, one, form.cleaned_data["words"])
    return redirect("decision", pk)


@login_required
@require_safe
def decision_proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The proof that the decision is in the log, as a file that is checked without this server."""
    user = member(request)
    one = _decision(user, pk)
    return proofs.file(_noted(one), user.uid, f"stoa-decision-{pk}")


@login_required
@never_cache
@require_safe
def reports(request: HttpRequest) -> HttpResponseBase:
    """Every report of one's own, the newest first, and what became of it."""
    user = member(request)
    new = {one.pk for one in unread_reports(user)}
    found = list(_reports(user).order_by("-made_at", "-pk")[:SHOWN])
    titles = _titles({one.case.room for one in found})
    rows = [
        {
            "report": one,
            "policy": POLICIES[one.policy],
            "room": titles.get(one.case.room, ""),
            "outcome": outcomes.of_report(one),
            "unread": one.pk in new,
        }
        for one in found
    ]
    return render(request, "moderation/reports.html", {"rows": rows})


@login_required
@never_cache
@require_safe
def report(request: HttpRequest, number: str) -> HttpResponseBase:
    """One report of one's own, and what became of it."""
    user = member(request)
    one = get_object_or_404(_reports(user), number=number)
    if outcomes.of_report(one).over:
        receipts.told(one, by=user, now=timezone.now(), source=Source.of_request(request))
    return _report_page(request, one, AppealForm())


@login_required
@require_POST
def dispute(request: HttpRequest, number: str) -> HttpResponseBase:
    """Back to the report, with the appeal against its dismissal."""
    one = get_object_or_404(_reports(member(request)), number=number)
    dismissed = outcomes.of_report(one).dismissed
    if dismissed is None:
        raise Http404
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _report_page(request, one, form)
    _appeal(request, dismissed, form.cleaned_data["words"])
    return redirect("own_report", number)


@login_required
@require_safe
def report_proof(request: HttpRequest, number: str) -> HttpResponseBase:
    """The proof that the report is in the log, as a file that is checked without this server."""
    user = member(request)
    one = get_object_or_404(_reports(user), number=number)
    return proofs.file(proofs.made(one), user.uid, f"stoa-report-{number}")


def _decision(user: User, pk: int) -> Decision:
    return get_object_or_404(decisions_on(user).select_related("case"), pk=pk)


def _reports(user: User) -> Any:
    return Report.objects.filter(reporter=user).select_related("case__subject")


def _decision_page(request: HttpRequest, one: Decision, form: AppealForm) -> HttpResponse:
    user, now = member(request), timezone.now()
    context = {
        "decision": one,
        "title": MEASURES[one.measure],
        "standing": outcomes.of_decision(one, now),
        "holds": outcomes.holds(one, now),
        "provisional": outcomes.provisional(one),
        "statement": statement(one),
        "room": _titles({one.room}).get(one.room, ""),
        "proof": bool(proofs.text(_noted(one), user.uid)),
        **_redress(one, user, form),
    }
    return render(request, "moderation/decision.html", context)


def _report_page(request: HttpRequest, one: Report, form: AppealForm) -> HttpResponse:
    user, outcome = member(request), outcomes.of_report(one)
    context = {
        "report": one,
        "policy": POLICIES[one.policy],
        "room": _titles({one.case.room}).get(one.case.room, ""),
        "outcome": outcome,
        "proof": bool(proofs.text(proofs.made(one), user.uid)),
        **(_redress(outcome.dismissed, user, form) if outcome.dismissed else {}),
    }
    return render(request, "moderation/report.html", context)


def _redress(one: Decision, user: User, form: AppealForm) -> dict[str, Any]:
    """The form of an appeal where one is open, and what became of it where there is one."""
    made = Appeal.objects.filter(decision=one, by=user).first()
    return {
        "appeal": made,
        "form": form if made is None and outcomes.appealable(one, timezone.now()) else None,
    }


def _appeal(request: HttpRequest, one: Decision, words: str) -> None:
    user, source = member(request), Source.of_request(request)
    try:
        appeals.appeal(one.pk, words, by=user, now=timezone.now(), source=source)
    except Refused as refused:
        record_refusal("case.appeal", source=source, actor=user.uid, case=str(one.case_id), reason=refused.code)
        messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")
    else:
        messages.success(request, _("Your appeal is in. Somebody who had no part in the decision will hear it."))


def _titles(rooms: set[str]) -> dict[str, str]:
    return dict(Room.objects.filter(pk__in=rooms - {""}).values_list("pk", "title"))


def _noted(one: Decision) -> Entry | None:
    return Entry.objects.filter(pk=one.entry or 0).first()
