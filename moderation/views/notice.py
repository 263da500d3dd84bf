"""`/report/`: what somebody outside tells the staff (DSA Art. 16), and what became of it, by its number."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import strangers, throttle
from accounts.answers import throttled
from moderation import outcomes
from moderation.actions import appeals, receipts, reports
from moderation.actions.base import Refused
from moderation.actions.reports import Complaint
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.forms import AppealForm, NoticeForm
from moderation.measures import Measure
from moderation.models import Appeal, Channel, Report
from moderation.policies import Policy
from moderation.views import proofs
from moderation.words import REFUSALS
from rooms.models import known

NOTICES = throttle.Rule("notice.address", limit=10, per=3600)
NUMBERS = throttle.Rule("notice.number", limit=30, per=600)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@throttled
def write(request: HttpRequest) -> HttpResponseBase:
    """The form of a notice, and its receipt once it was sent."""
    form = NoticeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "moderation/notice.html", {"form": form})
    source, said = Source.of_request(request), form.cleaned_data
    _count(NOTICES, "report.make", source)
    complaint = Complaint(Policy(said["policy"]), Channel.NOTICE, form.words(), get_language() or "", said["email"])
    made = reports.notice(complaint, source=source, now=timezone.now())
    return redirect("notice_receipt", made.number)


@login_not_required
@never_cache
@require_safe
@throttled
def find(request: HttpRequest) -> HttpResponseBase:
    """Where the number leads that somebody typed, or the address that they were given with it."""
    typed = "".join(request.GET.get("number", "").split()).lower()
    if not typed:
        return redirect("notice")
    number = known(typed.rstrip("/").rpartition("/")[2])
    return redirect("notice_receipt", number) if number else _none(request)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@throttled
def receipt(request: HttpRequest, number: str) -> HttpResponseBase:
    """What became of a notice, and the appeal; the same 404 for every number that is none's, a member's report too."""
    source = Source.of_request(request)
    found = _found(number, source)
    if found is None:
        return _none(request)
    outcome = outcomes.of_report(found)
    if outcome.over:
        receipts.told(found, by=None, now=timezone.now(), source=source)
    form = _appealing(request, found, outcome)
    if form is not None and form.is_valid():
        _appeal(request, found, form.cleaned_data["words"], source)
        return redirect("notice_receipt", number)
    proved = bool(proofs.text(proofs.made(found), proofs.NOBODY))
    context = {"report": found, "outcome": outcome, "form": form, "proof": proved, **_appealed(found)}
    response = render(request, "moderation/notice_receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@never_cache
@require_safe
@throttled
def proof(request: HttpRequest, number: str) -> HttpResponseBase:
    """The proof that the notice is in the log, as a file that is checked without this server and names nobody."""
    found = _found(number, Source.of_request(request))
    if found is None:
        return _none(request)
    return proofs.file(proofs.made(found), proofs.NOBODY, f"stoa-report-{number}")


def _none(request: HttpRequest) -> HttpResponseBase:
    return render(request, "moderation/no_such_notice.html", status=HTTPStatus.NOT_FOUND)


def _found(number: str, source: Source) -> Report | None:
    """The notice of this number; tries of numbers that are none's are counted."""
    _count(NUMBERS, "report.read", source)
    found = Report.objects.filter(number=number, channel=Channel.NOTICE).select_related("case").first()
    if found is not None:
        throttle.forgive((NUMBERS, throttle.network(source.address)))
    return found


def _appealing(request: HttpRequest, found: Report, outcome: outcomes.Outcome) -> AppealForm | None:
    """The form of an appeal, while one can be made."""
    dismissed = outcome.dismissed
    made = dismissed is not None and Appeal.objects.filter(decision=dismissed, notice=found).exists()
    open_still = dismissed is not None and not made and outcomes.appealable(dismissed, timezone.now())
    return AppealForm(request.POST or None) if open_still else None


def _appealed(found: Report) -> dict[str, object]:
    decision = found.case.decisions.filter(measure=Measure.NONE).order_by("-pk").first()
    return {
        "appeal": Appeal.objects.filter(notice=found).last(),
        "until": decision.appeal_until if decision else None,
        "send": "",
    }


def _appeal(request: HttpRequest, found: Report, words: str, source: Source) -> None:
    try:
        appeals.appeal_notice(found.number, words, now=timezone.now(), source=source)
    except Refused as refused:
        record_refusal("case.appeal", source=source, case=str(found.case_id), reason=refused.code)
        messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")


def _count(rule: throttle.Rule, action: str, source: Source) -> None:
    try:
        throttle.begin((rule, throttle.network(source.address)))
    except throttle.TooMany:
        strangers.note(action, source, "too_many")
        raise
