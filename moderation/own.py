"""Which decisions and answers concern somebody, and which of them they have not read."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from moderation.measures import RESTRICTIONS
from moderation.models import DataRequest, Decision, Report
from moderation.outcomes import MADE, of_report


def decisions_on(person: User) -> QuerySet[Decision]:
    """Every decision that was ever in force on this person."""
    return Decision.objects.filter(subject=person, state__in=MADE, measure__in=RESTRICTIONS)


def unread(person: User) -> QuerySet[Decision]:
    """Those that they have not read, or whose appeal was answered since."""
    return decisions_on(person).filter(Q(read_at=None) | Q(read_at__lt=F("appeals__heard_at")))


def unread_answers(person: User) -> QuerySet[DataRequest]:
    """What they asked of their own data and somebody answered, since they last looked."""
    return DataRequest.objects.filter(user=person, read_at=None).exclude(answered_by="")


def untold() -> Q:
    """Holds for a report whose case was decided, or whose reporter's appeal was answered, since they last looked."""
    made = Decision.objects.filter(case=OuterRef("case"), state__in=MADE, root=None)
    decided = Q(in_force_at__gt=OuterRef("told_at"))
    heard = Q(appeals__by=OuterRef("reporter"), appeals__heard_at__gt=OuterRef("told_at"))
    return Q(Exists(made), told_at=None) | Q(Exists(made.filter(decided | heard)))


def unread_reports(person: User) -> Iterator[Report]:
    """What they reported and was answered since they last looked."""
    return (
        one for one in Report.objects.filter(untold(), reporter=person).select_related("case") if of_report(one).over
    )
