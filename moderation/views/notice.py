"""`/report/`: what somebody outside tells the staff (DSA Art. 16), and what became of it, by its number."""

from http import HTTPStatus

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
from moderation.actions import receipts, reports
from moderation.actions.reports import Complaint
from moderation.audit.source import Source
from moderation.forms import NoticeForm
from moderation.models import Channel, Report
from moderation.policies import Policy

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
    """Where the number leads that somebody typed."""
    number = "".join(request.GET.get("number", "").split()).lower()[:12]
    return redirect("notice_receipt", number) if number else redirect("notice")


@login_not_required
@never_cache
@require_safe
@throttled
def receipt(request: HttpRequest, number: str) -> HttpResponseBase:
    """What became of a notice; the same 404 for every number that belongs to none, a member's report too."""
    source = Source.of_request(request)
    counted = (NUMBERS, throttle.network(source.address))
    _count(NUMBERS, "report.read", source)
    found = Report.objects.filter(number=number, channel=Channel.NOTICE).select_related("case").first()
    if found is None:
        return render(request, "moderation/no_such_notice.html", status=HTTPStatus.NOT_FOUND)
    throttle.forgive(counted)
    outcome = outcomes.of_report(found)
    if outcome.over:
        receipts.told(found, by=None, now=timezone.now(), source=source)
    response = render(request, "moderation/notice_receipt.html", {"report": found, "outcome": outcome})
    response["X-Robots-Tag"] = "noindex"
    return response


def _count(rule: throttle.Rule, action: str, source: Source) -> None:
    try:
        throttle.begin((rule, throttle.network(source.address)))
    except throttle.TooMany:
        strangers.note(action, source, "too_many")
        raise
