"""Names behind ids: guests of the staff see ids alone, until two people agree that one of them be named for a while."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.cases import role_of
from moderation.actions.erasures import ERASED
from moderation.actions.staff import answerable
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Unmasking

SHOWN = timedelta(minutes=30)


@transaction.atomic
def ask(person: str, reason: str, *, by: User, now: datetime, source: Source, entry: int | None = None) -> Unmasking:
    """The wish to know who is behind an id, or acted in an entry of the log.

    Raises `Refused`: GONE where nobody is, EMPTY, DECIDED where one waits.
    """
    if not User.objects.filter(uid=person).exists():
        raise Refused(Code.GONE)
    if not reason.strip():
        raise Refused(Code.EMPTY)
    # An entry is asked for by itself: beside what was asked of an id, the answer would tell whose it is.
    same = {"person": person, "entry": None} if entry is None else {"entry": entry}
    if Unmasking.objects.filter(**same, asked_by=by, decided_at=None).exists():
        raise Refused(Code.DECIDED)
    wish = Unmasking.objects.create(person=person, entry=entry, reason=reason.strip(), asked_by=by, asked_at=now)
    _note("person.unmask_ask", wish, by, source)
    return wish


@transaction.atomic
def decide(pk: int, *, approved: bool, by: User, now: datetime, source: Source) -> Unmasking:
    """The wish, granted for half an hour or refused.

    Raises `Refused`: GONE, DECIDED, SAME_PERSON, SUBJECT, NOTHING to grant the name of somebody erased.
    """
    wish = answerable(Unmasking, pk, by, now)
    if wish.person == by.uid:
        raise Refused(Code.SUBJECT)
    if approved and wish.person == ERASED:
        raise Refused(Code.NOTHING)
    wish.approver, wish.approved, wish.decided_at = by, approved, now
    wish.expires_at = now + SHOWN if approved else None
    wish.save(update_fields=["approver", "approved", "decided_at", "expires_at"])
    _note("person.unmask" if approved else "person.unmask_refuse", wish, by, source, second=wish.asked_by)
    return wish


def shown_to(user: User, now: datetime) -> frozenset[str]:
    """The ids whose names this person may see now."""
    granted = Unmasking.objects.filter(asked_by=user, approved=True, expires_at__gt=now)
    return frozenset(granted.values_list("person", flat=True))


def _note(action: str, wish: Unmasking, by: User, source: Source, second: User | None = None) -> None:
    record(
        action,
        source=source,
        actor=by.uid,
        second=second.uid if second else "",
        role=role_of(by),
        object_type="entry" if wish.entry else "user",  # the log names nobody whom it hides elsewhere
        object_id=str(wish.entry) if wish.entry else wish.person,
        detail={"unmasking": wish.pk},
    )
