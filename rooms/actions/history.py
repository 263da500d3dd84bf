"""Forgetting rooms one was in. What stays, and why, stands in docs/decisions.md."""

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms.actions.base import refusals
from rooms.models import Member, State, known
from rooms.roles import Code, Rank, Refused

_STAYS = Q(barred=True) | Q(rank=Rank.HOST)  # a ban is not one's own to delete; who hosted stands in others' history


def forget(user: User, room_id: str, *, source: Source) -> None:
    """The room that has ended is no longer in the history of `user`. Raises `Refused(NOT_FOUND)` for any other."""
    with refusals("history.delete", user, room_id, source), transaction.atomic():
        if not _delete(_past(user).filter(room=known(room_id))):
            raise Refused(Code.NOT_FOUND)
        record("history.delete", source=source, actor=user.uid, object_type="user", object_id=user.uid)


def forget_all(user: User, *, source: Source) -> int:
    """How many rooms were in the history of `user`, which is empty now."""
    with transaction.atomic():
        count = _delete(_past(user))
        if count:
            act = {"object_type": "user", "object_id": user.uid, "detail": {"rooms": count}}
            record("history.delete", source=source, actor=user.uid, **act)  # type: ignore[arg-type]  # the words of `Act`
    return count


def _past(user: User) -> QuerySet[Member]:
    return Member.objects.filter(user=user, room__state=State.ENDED, joined_at__isnull=False)


def _delete(rows: QuerySet[Member]) -> int:
    """How many rows are gone, or say no longer that and when somebody was there."""
    keys = list(rows.select_for_update().values_list("pk", flat=True))
    these = Member.objects.filter(pk__in=keys)
    these.filter(_STAYS).update(joined_at=None, left_at=None, spoke=False)
    these.exclude(_STAYS).delete()
    return len(keys)
