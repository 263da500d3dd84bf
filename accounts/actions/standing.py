"""Suspended and restored: what moderation decides about a person, carried out inside its own transaction.

Each change has one entry, written here with the actor given: `account.suspend`, `account.restore`, `invite.revoke` for
each code. A caller that keeps a row of its own (a decision) writes the entry of that row and no other. `by` is who of
the staff acts, None the server itself by a rule. Rooms are not touched: see `rooms.actions.orders.put_out`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import QuerySet

from accounts import hints
from accounts.actions.base import Code, Refused
from accounts.models import BarredDevice, InviteCode, User
from accounts.standing import FOR_GOOD, shut_out, suspended
from accounts.tree import descendants, still_open, way_in
from moderation.audit.record import Grounds, record
from moderation.audit.source import Source


@transaction.atomic
def suspend(
    user: User, until: datetime, *, by: User | None, now: datetime, source: Source, **grounds: Unpack[Grounds]
) -> None:
    """Nothing: `user` may not take part before `until`, nor may anybody come in by a code from their browsers.

    A longer suspension is not made shorter. One entry, `account.suspend`, where anything changes. Raises `Refused`
    (`OWNER`) for the owner of the server, whom somebody else on the staff could lock out otherwise.
    """
    row = held([user]).get()
    if row.is_superuser:
        raise Refused(Code.OWNER)
    before, until = row.suspended_until, max(until, row.suspended_until or until)
    row.suspended_until = user.suspended_until = until
    row.save(update_fields=["suspended_until"])
    known = hints.of(user, now)
    longer = BarredDevice.objects.filter(user=user).exclude(until=until).update(until=until)  # signed in there or not
    new = [digest for digest in known if _bar(user, digest, until)]
    if new or longer or until != before:
        _note("account.suspend", "user", user.uid, by, source, grounds, until=_told(until), devices=len(known))


@transaction.atomic
def restore(
    user: User,
    *,
    by: User | None,
    source: Source,
    until: datetime | None = None,
    **grounds: Unpack[Grounds],
) -> None:
    """Nothing: `user` takes part again, or from `until` on where other decisions hold until then.

    One entry, `account.restore`. Raises `Refused` (`ALREADY`) where nothing would change.
    """
    row = held([user]).get()
    if row.suspended_until == until:
        raise Refused(Code.ALREADY)
    row.suspended_until = user.suspended_until = until
    row.save(update_fields=["suspended_until"])
    barred = BarredDevice.objects.filter(user=user)
    if until is None:
        barred.delete()
    else:
        barred.update(until=until)
    _note("account.restore", "user", user.uid, by, source, grounds, until=_told(until) if until else None)


@transaction.atomic
def revoke_codes(user: User, *, by: User | None, now: datetime, source: Source, **grounds: Unpack[Grounds]) -> int:
    """How many of the person's invite codes still opened the door, and do not any more.

    One entry, `invite.revoke`, for each.
    """
    return _revoke(InviteCode.objects.filter(issuer=user), by, now, source, grounds)


@transaction.atomic
def revoke_way_in(user: User, *, by: User | None, now: datetime, source: Source, **grounds: Unpack[Grounds]) -> int:
    """How many codes that the person came in by still opened the door, and do not any more: for others neither.

    One entry, `invite.revoke`, for each.
    """
    return _revoke(way_in(user), by, now, source, grounds)


def _revoke(ended: QuerySet[InviteCode], by: User | None, now: datetime, source: Source, grounds: Grounds) -> int:
    codes = list(still_open(ended, now).select_for_update(of=("self",)).order_by("pk"))
    for code in codes:
        code.revoked_at = now
        code.save(update_fields=["revoked_at"])
        _note("invite.revoke", "invite", code.uid, by, source, grounds)
    return len(codes)


@transaction.atomic
def prune(user: User, *, by: User | None, now: datetime, source: Source, **grounds: Unpack[Grounds]) -> list[User]:
    """Those who came in through `user`, at whatever remove, and could be suspended: each is for whoever calls to do.

    Their codes and the person's own open nothing any more. Whoever is suspended already, and the owner, are not among
    them. The entries are those of `revoke_codes`. All rows are held from here on, so that none is waited for later.
    """
    people: list[User] = []
    while len(found := [user, *descendants(user)]) > len(people):
        people = found  # and once more: while we waited for a code, it may have let somebody in
        list(held(people))
        for person in people:
            revoke_codes(person, by=by, now=now, source=source, **grounds)
    return [person for person in people[1:] if not person.is_superuser and not suspended(person, now)]


@transaction.atomic
def bar_device(user: User, digest: str, *, source: Source) -> bool:
    """Whether the browser, with which a suspended person has just signed in, is barred from now on, and was not yet."""
    if user.suspended_until is None or not _bar(user, digest, user.suspended_until):
        return False
    record("account.bar_device", source=source, actor=user.uid, object_type="user", object_id=user.uid)
    return True


@transaction.atomic
def bar_devices(user: User, *, now: datetime) -> int:
    """How many browsers that `user` is signed in with are barred from now on, until `unbar`: whoever calls tells of it.

    For an account that is closed while somebody has to decide about it: a ban finds no session any more.
    """
    return sum(_bar(user, digest, FOR_GOOD) for digest in hints.of(user, now))


@transaction.atomic
def unbar(user: User, *, now: datetime, source: Source) -> int:
    """How many browsers are barred no longer, unless a decision shuts `user` out."""
    row = held([user]).get()
    over = 0 if shut_out(row, now) else BarredDevice.objects.filter(user=row).delete()[0]
    if over:
        record("account.forget_devices", source=source, detail={"devices": over})
    return over


@transaction.atomic
def forget_devices(*, now: datetime, source: Source) -> int:
    """How many barred browsers were forgotten, as the suspension of their people has ended."""
    over, _ = BarredDevice.objects.filter(until__lte=now).delete()
    if over:
        record("account.forget_devices", source=source, detail={"devices": over})
    return over


def held(people: Iterable[User]) -> QuerySet[User]:
    """Their rows, each held as soon as it is read: in one order for all, so that none wait in a ring.

    Rows that only point to a person, such as a report of theirs, are not kept waiting by it.
    """
    return User.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in people]).order_by("pk")


def _bar(user: User, digest: str, until: datetime) -> bool:
    _, new = BarredDevice.objects.update_or_create(user=user, digest=digest, defaults={"until": until})
    return new


def _note(
    action: str, kind: str, object_id: str, by: User | None, source: Source, grounds: Grounds, **detail: object
) -> None:
    actor = by.uid if by else ""
    record(action, source=source, actor=actor, object_type=kind, object_id=object_id, detail=detail, **grounds)


def _told(until: datetime) -> str:
    return "for_good" if until >= FOR_GOOD else until.isoformat()
