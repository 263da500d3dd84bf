"""Moderators named before a room starts; once it is live, the moves of the role table name them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.audit.source import Source
from rooms.actions.base import Turn, ranked, refusals, seen, turn
from rooms.actions.invites import admit
from rooms.models import Member, Room, State
from rooms.roles import Code, Rank, Refused, Stage

MOST = 20


def name(user: User, room_id: str, username: str, *, source: Source, now: datetime) -> Member:
    """The row of somebody who moderates the scheduled room from now on, and may come in.

    Raises `Refused`: NOT_FOUND, FORBIDDEN to all but the host, WRONG_STAGE for a room that is not scheduled, NO_MEMBER,
    BANNED, ALREADY, TOO_MANY.
    """
    with refusals("member.make_moderator", user, room_id, source), transaction.atomic():
        room = _scheduled(user, room_id)
        with turn(room, source, now) as one:
            return appoint(one, user, username)


def appoint(one: Turn, host: User, username: str) -> Member:
    """The row of somebody who moderates from now on. Raises `Refused`: NO_MEMBER, BANNED, ALREADY, TOO_MANY."""
    guest = User.objects.filter(username__iexact=username, is_active=True).first()
    if guest is None:
        raise Refused(Code.NO_MEMBER)
    if one.room.members.filter(rank=Rank.MODERATOR).count() >= MOST:
        raise Refused(Code.TOO_MANY)
    member = admit(one, guest, Stage.AUDIENCE)
    if member.rank >= Rank.MODERATOR:
        raise Refused(Code.ALREADY)
    one.update(member, rank=Rank.MODERATOR)
    one.note("member.make_moderator", host, role="host", object_type="member", object_id=member.user.uid)
    return member


def unname(user: User, room_id: str, uid: str, *, source: Source, now: datetime) -> None:
    """The person is no moderator of the scheduled room any more; they may still come in.

    Raises `Refused`: NOT_FOUND, FORBIDDEN to all but the host, WRONG_STAGE for a room that is not scheduled, NO_MEMBER.
    """
    with refusals("member.unmake_moderator", user, room_id, source), transaction.atomic():
        room = _scheduled(user, room_id)
        member = room.members.filter(user__uid=uid, rank=Rank.MODERATOR).first()
        if member is None:
            raise Refused(Code.NO_MEMBER)
        with turn(room, source, now) as one:
            one.update(member, rank=Rank.MEMBER)
            one.note("member.unmake_moderator", user, role="host", object_type="member", object_id=uid)


def _scheduled(user: User, room_id: str) -> Room:
    room = seen(user, room_id, lock=True)
    ranked(room, Rank.HOST)
    if room.state != State.SCHEDULED:
        raise Refused(Code.WRONG_STAGE)
    return room
