"""Blocking people, and taking it back."""

from datetime import datetime

from django.db import transaction

from accounts.actions.base import Code, Refused
from accounts.models import Block, User
from moderation.audit.record import record
from moderation.audit.source import Source

MOST = 1000  # by one person: every list of rooms is read against them


@transaction.atomic
def block(by: User, uid: str, *, now: datetime, source: Source) -> User:
    """Whom `by` blocks from now on; blocking again changes nothing.

    Raises `Refused`: `GONE` for nobody and for whoever left, `ONESELF`, `TOO_MANY_BLOCKS` beyond `MOST`.
    """
    somebody = User.objects.filter(uid=uid, ended_at=None).first()
    if somebody is None:
        raise Refused(Code.GONE)
    if somebody.pk == by.pk:
        raise Refused(Code.ONESELF)
    if by.blocks.count() >= MOST and not by.blocks.filter(blocked=somebody).exists():
        raise Refused(Code.TOO_MANY_BLOCKS)
    _, new = Block.objects.get_or_create(blocker=by, blocked=somebody, defaults={"created_at": now})
    if new:
        record("account.block", source=source, actor=by.uid, object_type="user", object_id=uid)
    return somebody


@transaction.atomic
def unblock(by: User, uid: str, *, source: Source) -> None:
    """Take a block back; without one nothing changes."""
    gone, _ = Block.objects.filter(blocker=by, blocked__uid=uid).delete()
    if gone:
        record("account.unblock", source=source, actor=by.uid, object_type="user", object_id=uid)
