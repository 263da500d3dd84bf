"""`/console/`: how things stand, in a few figures."""

from django.db.models import Max, Min
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.views import member
from moderation.gate import console, staff_of
from moderation.models import Control, Finding, Outcome, Severity, Trigger
from moderation.queue import Shelf, counts, on_shelf
from moderation.review.catalogue import CONTROLS
from moderation.staff import Act
from moderation.words import ROLES
from rooms.models import Room, State


@console(Act.ENTER)
def index(request: HttpRequest) -> HttpResponseBase:
    """The first page of the console."""
    staff, open_findings = staff_of(member(request)), Finding.objects.filter(closed_at=None)
    context = {
        "staff": staff,
        "role": ROLES[staff.role] if staff else "",
        "total": len(CONTROLS),
        "passed": Control.objects.filter(outcome=Outcome.PASSED).count(),
        "checked_at": Control.objects.aggregate(at=Max("checked_at"))["at"],
        "open": open_findings.count(),
        "critical": open_findings.filter(severity=Severity.CRITICAL).count(),
        **_waiting(member(request)),
        "due_at": Trigger.objects.filter(review=None).aggregate(at=Min("due_at"))["at"],
    }
    return render(request, "console/index.html", context)


def _waiting(reader: User) -> dict[str, object]:
    """What waits for people: cases, the late ones, the reader's own, appeals; and the rooms that are live."""
    found = counts(reader)
    return {
        "cases": found[Shelf.OPEN],
        "late": on_shelf(reader, Shelf.OPEN).filter(due_at__lt=timezone.now()).count(),
        "mine": found[Shelf.MINE],
        "appeals": found[Shelf.APPEALS],
        "live": Room.objects.filter(state=State.LIVE).count(),
    }
