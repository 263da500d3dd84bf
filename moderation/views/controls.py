"""`/console/controls`: every control, what its last check found, and when it last passed."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import throttle
from accounts.answers import throttled
from accounts.views import member
from moderation.actions.base import Code, Refused
from moderation.actions.controls import check
from moderation.audit.source import Source
from moderation.gate import console
from moderation.models import Control, Outcome
from moderation.review.annex import states
from moderation.review.catalogue import CONTROLS
from moderation.review.report import law, measured
from moderation.review.texts import language_of, texts
from moderation.staff import Act
from moderation.views.answers import said
from moderation.words import SEVERITIES

CHECKS = throttle.Rule("controls.account", limit=10, per=3600)


@console(Act.READ_CONTROLS)
def controls(request: HttpRequest) -> HttpResponseBase:
    """The page; those that failed stand first."""
    words, found = texts(language_of(get_language() or "")), states()
    rows = [
        {
            "name": name,
            "severity": SEVERITIES[control.severity],
            "title": words["controls"][name]["title"],
            "claim": measured(name, found[name], words) if name in found else None,
            "advice": words["controls"][name]["advice"] if name in found and _failed(found[name]) else "",
            "law": law(name, words),
            "answers": (*control.asvs, *control.iso),
        }
        for name, control in CONTROLS.items()
    ]
    rows.sort(key=lambda row: not row["advice"])
    last = Control.objects.order_by("-checked_at").first()
    return render(request, "console/controls.html", {"rows": rows, "checked_at": last.checked_at if last else None})


def _failed(state: dict[str, object]) -> bool:
    return state["outcome"] == Outcome.FAILED


@throttled
@console(Act.RUN_REVIEW)
def check_now(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, after every control was checked. It searches the log and tries to change it: so often an hour,
    also for guests.
    """
    if request.method == "POST":
        with said(request, Act.RUN_REVIEW, _("All controls were checked.")):
            if not throttle.hit(CHECKS.scope, member(request).uid, limit=CHECKS.limit, per=CHECKS.per):
                raise Refused(Code.TOO_MANY)
            check(timezone.now(), source=Source.of_request(request), by=member(request).uid)
    return redirect("console_controls")
