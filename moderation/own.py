"""Which decisions and answers concern somebody, and which of them they have not read."""

from django.db.models import F, Q, QuerySet

from accounts.models import User
from moderation.measures import RESTRICTIONS
from moderation.models import DataRequest, Decision
from moderation.outcomes import MADE


def decisions_on(person: User) -> QuerySet[Decision]:
    """Every decision that was ever in force on this person."""
    return Decision.objects.filter(subject=person, state__in=MADE, measure__in=RESTRICTIONS)


def unread(person: User) -> QuerySet[Decision]:
    """Those that they have not read, or whose appeal was answered since."""
    return decisions_on(person).filter(Q(read_at=None) | Q(read_at__lt=F("appeals__heard_at")))


def unread_answers(person: User) -> QuerySet[DataRequest]:
    """What they asked of their own data and somebody answered, since they last looked."""
    return DataRequest.objects.filter(user=person, read_at=None).exclude(answered_by="")
