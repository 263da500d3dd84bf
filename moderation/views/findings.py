"""`/console/findings`: what is to be mended, by whom and until when; closed with what shows that it is."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions import controls
from moderation.audit.source import Source
from moderation.gate import console, staff_of
from moderation.models import Finding, Severity
from moderation.review.texts import language_of, texts
from moderation.review_forms import CloseForm, FindingForm, TakeForm
from moderation.staff import Act
from moderation.views.answers import not_understood, said, who
from moderation.words import SEVERITIES

CLOSED_SHOWN = 20


@console(Act.READ_REVIEWS)
def findings(request: HttpRequest) -> HttpResponseBase:
    """Those that are open, the worst first; and the last that were closed."""
    rows = Finding.objects.select_related("owner")
    worst = sorted(rows.filter(closed_at=None), key=lambda finding: (_ORDER[finding.severity], finding.due_at))
    context = {
        "open": [_shown(finding) for finding in worst],
        "closed": [_shown(finding) for finding in rows.exclude(closed_at=None).order_by("-closed_at")[:CLOSED_SHOWN]],
        "form": FindingForm(),
        "staff": staff_of(member(request)),
        "now": timezone.now(),
    }
    return render(request, "console/findings.html", context)


_ORDER = {severity.value: place for place, severity in enumerate(Severity)}


def _shown(finding: Finding) -> dict[str, Any]:
    found = texts(language_of(get_language() or ""))["controls"].get(finding.control)
    auto = f"finding-{finding.pk}-%s"
    return {
        "finding": finding,
        "title": found["title"] if found else finding.title,
        "advice": found["advice"] if found else "",
        "severity": SEVERITIES[finding.severity],
        "take": TakeForm(initial={"due": finding.due_at.date()}, auto_id=auto),
        "close": CloseForm(auto_id=auto),
    }


@console(Act.MEND)
def report(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with the finding somebody made."""
    form = FindingForm(request.POST or None)
    if form.is_valid():
        title, severity = form.cleaned_data["title"], Severity(form.cleaned_data["severity"])
        with said(request, Act.MEND, _("The finding is open, and yours until somebody else takes it.")):
            controls.report(title, severity, **who(request))
    not_understood(request, form)
    return redirect("console_findings")


@console(Act.MEND)
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; the finding is theirs."""
    form = TakeForm(request.POST or None)
    if form.is_valid():
        due = datetime.combine(form.cleaned_data["due"] + timedelta(days=1), time(), UTC)
        user = member(request)
        with said(request, Act.MEND, _("The finding is yours.")):
            controls.take(pk, user, due, by=user, source=Source.of_request(request))
    not_understood(request, form)
    return redirect("console_findings")


@console(Act.MEND)
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; the finding is closed, or it is said why not."""
    if request.method == "POST":
        form = CloseForm(request.POST)
        proof = form.cleaned_data["proof"] if form.is_valid() else ""
        with said(request, Act.MEND, _("Closed.")):
            controls.close(pk, proof, **who(request))
    return redirect("console_findings")
