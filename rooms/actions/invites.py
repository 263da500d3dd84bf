"""Ways into a room for those it does not exist for yet: links, and names."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.standing import good
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms.actions.base import Turn, ranked, refusals, seen, turn
from rooms.actions.presence import may_speak, new_member
from rooms.admission import blockers
from rooms.models import Member, Room, RoomInvite, State, known
from rooms.roles import Code, Rank, Refused, Stage
from rooms.tokens import LIFETIME, RoomToken, proof

MOST_USES = 1000
LONGEST_HOURS = 30 * 24


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh invite, and its token: shown once, stored nowhere."""

    invite: RoomInvite
    token: str


def issue(user: User, room_id: str, stage: Stage, uses: int, hours: int, *, source: Source, now: datetime) -> Issued:
    """A link into the room, as audience or straight to the stage, for the host and moderators to hand on.

    Raises `Refused`: NOT_FOUND, FORBIDDEN, ENDED.
    """
    with refusals("room_invite.issue", user, room_id, source), transaction.atomic():
        room = _moderated(user, room_id)
        token = secrets.token_urlsafe(24)
        invite = RoomInvite.objects.create(
            room=room,
            issuer=user,
            digest=digest(token),
            stage=stage,
            uses=uses,
            uses_left=uses,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
        detail = {"stage": stage.value, "uses": uses, "hours": hours}
        _note("room_invite.issue", user, invite, source, detail=detail)
    return Issued(invite, token)


def revoke(user: User, room_id: str, invite_id: str, *, source: Source, now: datetime) -> None:
    """The link opens nothing from now on. Raises `Refused`: NOT_FOUND (the invite too), FORBIDDEN, ALREADY."""
    with refusals("room_invite.revoke", user, room_id, source), transaction.atomic():
        ranked(seen(user, room_id, lock=True))
        invite = RoomInvite.objects.filter(pk=known(invite_id), room=room_id).first()
        if invite is None:
            raise Refused(Code.NOT_FOUND)
        if RoomInvite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=now) != 1:
            raise Refused(Code.ALREADY)
        _note("room_invite.revoke", user, invite, source)


def standing(user: User, room_id: str, *, now: datetime) -> QuerySet[RoomInvite]:
    """The links that still open the room. Raises `Refused`: NOT_FOUND, FORBIDDEN."""
    ranked(seen(user, room_id))
    return _open(now).filter(room=room_id).order_by("-created_at")


def invite_user(user: User, room_id: str, username: str, stage: Stage, *, source: Source, now: datetime) -> Member:
    """The row of somebody invited by user name. Raises `Refused`: NOT_FOUND, FORBIDDEN, ENDED, NO_MEMBER, BANNED."""
    with refusals("room_invite.name", user, room_id, source), transaction.atomic():
        room = _moderated(user, room_id)
        guest = User.objects.filter(username__iexact=username, is_active=True).first()
        if guest is None:
            raise Refused(Code.NO_MEMBER)
        with turn(room, source, now) as one:
            member = admit(one, guest, stage)
            one.note("room_invite.name", user, object_type="member", object_id=member.user.uid, detail={"stage": stage})
    return member


def redeem(user: User, token: str, *, source: Source, now: datetime) -> str:
    """The id of the room that the link opened for `user`: one conditional UPDATE, so no use is spent twice.

    Who is let in already spends none. Raises `Refused(NOT_FOUND)` for a wrong, used-up, expired or revoked link alike,
    for whoever is banned or blocked (see `rooms.admission`), and for one made before `user` was removed.
    """
    with refusals("room_invite.redeem", user, "", source), transaction.atomic():
        room = Room.objects.select_for_update().get(pk=look(user, token, now=now).room_id)
        invite = look(user, token, now=now)  # again, as nothing changes in the room any more
        mine = Member.objects.filter(room=room, user=user).first()
        if mine is not None and mine.admitted and (mine.granted or invite.stage != Stage.SPEAKING):
            return room.pk
        if usable(token, now).update(uses_left=F("uses_left") - 1) != 1:
            raise Refused(Code.NOT_FOUND)
        with turn(room, source, now) as one:
            admit(one, user, Stage(invite.stage))
        _note("room_invite.redeem", user, invite, source)
    return room.pk


def look(user: User, token: str, *, now: datetime) -> RoomInvite:
    """The invite of this link, if it opens something for `user`. Raises `Refused(NOT_FOUND)` as `redeem` does."""
    invite = usable(token, now).select_related("room").first()
    if invite is None:
        raise Refused(Code.NOT_FOUND)
    out = Q(barred=True) | Q(removed_at__gte=invite.created_at)
    if Member.objects.filter(out, room=invite.room_id, user=user).exists():
        raise Refused(Code.NOT_FOUND)
    if blockers(user).filter(room=invite.room_id).exists():
        raise Refused(Code.NOT_FOUND)
    return invite


def usable(token: str, now: datetime) -> QuerySet[RoomInvite]:
    """The invite of this link (none or one), if it opens something at `now`."""
    return _open(now).exclude(room__state=State.ENDED).filter(digest=digest(token))


def _open(now: datetime) -> QuerySet[RoomInvite]:
    """Links that open something; those of somebody who may not take part are as good as revoked."""
    return RoomInvite.objects.filter(good(now, "issuer__"), uses_left__gt=0, expires_at__gt=now, revoked_at=None)


def digest(token: str) -> str:
    """The keyed hash by which a link is found."""
    return salted_hmac("rooms.invite", token, algorithm="sha256").hexdigest()


def admit(one: Turn, user: User, stage: Stage) -> Member:
    """The row of `user`, let into the room. Raises `Refused(BANNED)`."""
    member = Member.objects.filter(room=one.room.pk, user=user).first() or new_member(one, user)
    if member.barred:
        raise Refused(Code.BANNED)
    granted = member.granted or stage == Stage.SPEAKING
    one.update(member, admitted=True, granted=granted, removed_at=None)
    return member


def _moderated(user: User, room_id: str) -> Room:
    room = seen(user, room_id, lock=True)
    ranked(room, Rank.MODERATOR)
    if room.state == State.ENDED:
        raise Refused(Code.ENDED)
    return room


def _note(action: str, user: User, invite: RoomInvite, source: Source, **more: object) -> None:
    act = {"object_type": "room_invite", "object_id": invite.pk, "room": invite.room_id, **more}
    record(action, source=source, actor=user.uid, **act)  # type: ignore[arg-type]  # the words of `Act`


def give_token(user: User, room_id: str, *, speak: bool, source: Source, now: datetime) -> RoomToken:
    """A room token for an encoder (`speak`) or player of one's own.

    Raises `Refused`: NOT_FOUND, BANNED, ENDED, and FORBIDDEN when one may not speak there.
    """
    with refusals("room_token.issue", user, room_id, source), transaction.atomic():
        room = seen(user, room_id)
        if room.mine is not None and room.mine.barred:
            raise Refused(Code.BANNED)
        if speak and not may_speak(room.mine):
            raise Refused(Code.FORBIDDEN)
        return _token(room, user, speak, source, now)


def operator_token(room_id: str, user: User, *, speak: bool, source: Source, now: datetime) -> RoomToken:
    """A room token from the operator, who lets `user` in for it. Raises `Refused`: NOT_FOUND, BANNED, ENDED."""
    with transaction.atomic():
        room = Room.objects.select_for_update().filter(pk=room_id).first()
        if room is None:
            raise Refused(Code.NOT_FOUND)
        with turn(room, source, now) as one:
            admit(one, user, Stage.SPEAKING if speak else Stage.AUDIENCE)
        return _token(room, user, speak, source, now)


def _token(room: Room, user: User, speak: bool, source: Source, now: datetime) -> RoomToken:
    if room.state == State.ENDED:
        raise Refused(Code.ENDED)
    act = {"object_type": "room_token", "room": room.pk, "detail": {"speak": speak}}
    record("room_token.issue", source=source, actor=user.uid, **act)  # type: ignore[arg-type]  # the words of `Act`
    return RoomToken(room.pk, user.uid, speak, now + LIFETIME, proof(user))
