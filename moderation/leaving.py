"""Closed accounts that are not erased yet, and why: for whoever looks after what is kept.

By their ids alone, and not by which case: who reported would be read from that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import User
from moderation import ending
from moderation.actions import erasures
from moderation.audit import people
from moderation.audit.erase import NeededError
from moderation.audit.hold import holding


class Why(StrEnum):
    """What an erasure waits for."""

    LAW = "law"  # the time for which the log has to be whole
    CASE = "case"  # one that is not closed has a part of theirs
    HOLD = "hold"  # a legal one
    SWEEP = "sweep"  # nothing but the next one


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody whose account is closed; `until` is when this waiting is over at the latest, where that is known."""

    uid: str
    ended_at: datetime
    why: Why
    until: datetime | None


def leavers(profile: str, now: datetime, most: int) -> tuple[int, Sequence[Leaver]]:
    """How many wait to be erased, and the first of them."""
    closed = User.objects.filter(ended_at__isnull=False, erased_at=None)
    first = closed.order_by("ended_at", "pk").values_list("uid", "ended_at")[:most]
    return closed.count(), [_leaver(uid, ended_at, profile, now) for uid, ended_at in first]


def _leaver(uid: str, ended_at: datetime | None, profile: str, now: datetime) -> Leaver:
    assert ended_at is not None  # noqa: S101  # for the type checker: it was asked for
    return Leaver(uid, ended_at, *_why(uid, ended_at, ending.due(ended_at, profile), now))


def _why(uid: str, ended_at: datetime, due: datetime, now: datetime) -> tuple[Why, datetime | None]:
    if now < due and due - ended_at > ending.QUIET:
        return Why.LAW, due
    who = people.find(uid)
    if who and holding(who.id):
        return Why.HOLD, None
    try:
        erasures.wait(uid, now)
    except NeededError:
        return Why.CASE, ended_at + erasures.WAITS
    return Why.SWEEP, None
