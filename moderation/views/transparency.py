"""`/transparency/`: what moderation did in a month, for everybody, as page, CSV and JSON."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import throttle
from accounts.answers import throttled
from moderation import published, transparency
from moderation.audit.canonical import canonical
from moderation.audit.source import Source
from moderation.words import CHANNELS, MEASURES, POLICIES

READ = throttle.Rule("transparency.address", limit=60, per=60)
KEPT = 60  # seconds for which a report is good: to make it is to count through its month of the log


@login_not_required
@throttled
@require_safe
@cache_control(private=True, max_age=KEPT)
def page(request: HttpRequest) -> HttpResponseBase:
    """The report of the month asked for, with the ways to its numbers."""
    told = _asked(request)
    start = told["start"][:7]
    now = timezone.now()
    first, _ = published.month(start, now)
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    context = {
        "told": told,
        "month": first,
        "before": before.strftime("%Y-%m") if before.replace(day=1) >= published.oldest(now) else "",
        "after": after.strftime("%Y-%m") if after <= now else "",
        "by_policy": _named(told["reports"]["by_policy"], POLICIES),
        "by_channel": _named(told["reports"]["by_channel"], CHANNELS),
        "by_measure": _named(told["decisions"]["by_measure"], MEASURES),
        "decided": _span(told["median_seconds"]["report_to_decision"] or 0, now),
        "answered": _span(told["median_seconds"]["appeal_to_answer"] or 0, now),
    }
    return render(request, "moderation/transparency.html", context)


@login_not_required
@throttled
@require_safe
def numbers(request: HttpRequest) -> HttpResponseBase:
    """The report as canonical JSON: whoever has the bundle of that checkpoint makes the same bytes of it."""
    return HttpResponse(canonical(_asked(request)), "application/json")


@login_not_required
@throttled
@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """The report as CSV: one number a line, under its path."""
    text = io.StringIO()
    csv.writer(text).writerows([("number", "value"), *transparency.rows(_asked(request))])
    return HttpResponse(text.getvalue(), "text/csv; charset=utf-8")


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        start, end = published.month(request.GET.get("month", ""), timezone.now())
    except ValueError as error:
        raise Http404 from error
    throttle.begin((READ, throttle.network(Source.of_request(request).address)))
    told = cache.get_or_set(f"transparency:{start:%Y-%m}", lambda: published.report(start, end), KEPT)
    return cast("dict[str, Any]", told)


def _span(seconds: float, now: datetime) -> str:
    """How long that is, in the reader's words, as it was by `now`."""
    return timesince(now - timedelta(seconds=seconds), now) if seconds >= 60 else _("less than a minute")


def _named(counted: dict[str, int], words: Any) -> list[tuple[str, int]]:
    named = [(str(words.get(name, name)), times) for name, times in counted.items()]
    return sorted(named, key=lambda pair: -pair[1])
