"""Ending accounts: closed at once, erased soon after or once nothing prevents it, and the row gone at last.

Each is one transaction, told by `account.end` and, since nothing may name the person any more, by `log.erase`. Nothing
is lost where a process dies between two of them, or before the picture is deleted: the sweep begins at the first that
is not done.
"""

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from accounts import avatars
from accounts.actions import endings, standing
from accounts.models import BarredDevice, Redemption, User
from moderation import ending
from moderation.actions import deadlines, erasures, staff
from moderation.actions.base import Code, Refused
from moderation.actions.steps import SOURCE
from moderation.audit.erase import BusyError, NeededError, erase
from moderation.audit.hold import HeldError
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.cases import OPEN, State
from moderation.ending import PLAN, Fate
from moderation.models import Case
from rooms.actions.leaving import hold, leave_all
from rooms.models import Member
from rooms.models import State as RoomState
from rooms.roles import Rank
from rooms.roles import Refused as RoomRefused

REASON = "ended"
LATE = "late"
PREVENTED = (HeldError, NeededError, BusyError)
_AT_ONCE, _AT_LAST = (Fate.CLOSED,), (Fate.ERASED, Fate.EMPTIED)


def close(user: User, *, by: User | None, now: datetime, source: Source) -> None:
    """Nothing: the account is closed, by its owner or (None) the operator; `user` is out of every room, signed out
    everywhere and off the staff, and nobody comes in by their codes and links.

    Raises `Refused`: ALREADY, OWNER for the owner of the server and LAST for the last senior who is here for good, both
    of which the operator may end, and AWAY while Redis is.
    """
    with transaction.atomic():
        row = standing.held([user]).get()
        if row.ended_at is not None:
            raise Refused(Code.ALREADY)
        if by is not None and row.is_superuser:
            raise Refused(Code.OWNER)
        staff.retire(row, by=by.uid if by else "", source=source)
        _give_back_cases(row)
        _leave_rooms(row, by, source, now)
        codes = standing.revoke_codes(row, by=by, now=now, source=source)
        barred = standing.bar_devices(row, now=now) if _undecided(row) else 0
        endings.close(row, now=now)
        detail = {"codes": codes, "barred": barred, "rows": _deleted(row, Fate.CLOSED)}
        about = {"object_type": "user", "object_id": row.uid, "detail": detail}
        record("account.end", source=source, actor=by.uid if by else "", **about)  # type: ignore[arg-type]  # the words of `Act`
    avatars.forget(row.uid)


def clear(now: datetime) -> int:
    """How many accounts had rows again, or rooms, that what was under way as they ended had written since.

    Those go as the others did. In one that is erased, nobody is told of by them; so it is once more.
    """
    return sum(_clear(user, now) for user in _late(now))


def _late(now: datetime) -> QuerySet[User]:
    """Those of whom there are such rows."""
    quiet = now - ending.QUIET
    there = Member.objects.filter(Q(present=True) | Q(rank=Rank.HOST), user__ended_at__lte=quiet)
    found = set(there.exclude(room__state=RoomState.ENDED).values_list("user", flat=True))
    found.update(Case.objects.filter(state=State.CLAIMED, holder__ended_at__lte=quiet).values_list("holder", flat=True))
    for fates, since in ((_AT_ONCE, "ended_at"), (_AT_LAST, "erased_at")):
        for place in (place for place, fate in PLAN.items() if fate in fates):
            column = _column(place)
            rows = _model(place)._default_manager.filter(**{f"{column}__{since}__lte": quiet})  # noqa: SLF001  # documented
            found.update(rows.values_list(column, flat=True))
    return User.objects.filter(pk__in=found).order_by("pk")


def _clear(user: User, now: datetime) -> bool:
    try:
        with transaction.atomic():
            _leave_rooms(user, None, SOURCE, now)
            _give_back_cases(user)
            _close_rows(user)
        if user.erased_at:
            erasures.wait(user.uid, now)
            _erase_all(user, now)
    except (Refused, *PREVENTED):
        return False
    return True


def _close_rows(user: User) -> None:
    """Nothing: what was theirs alone is gone, and an entry tells of it where there was any."""
    endings.end_sessions(user)
    staff.retire(user, by="", source=SOURCE)
    gone = _deleted(user, Fate.CLOSED)
    if gone:
        about = {"object_type": "user", "object_id": user.uid, "detail": {"rows": gone}}
        record("account.end", source=SOURCE, reason=LATE, **about)  # type: ignore[arg-type]  # the words of `Act`


def sweep(now: datetime) -> int:
    """How many people were erased whose accounts were closed, as nothing prevents it any more."""
    closed = User.objects.filter(ended_at__isnull=False, erased_at=None).order_by("ended_at")
    return sum(_go_on(user, now) for user in closed)


def _go_on(user: User, now: datetime) -> bool:
    """Whether the person was erased. Nothing but the log's own entries tells of them from here on."""
    assert user.ended_at is not None  # noqa: S101  # for the type checker: the sweep asked for it
    _let_in(user, now)
    avatars.forget(user.uid)
    if now < ending.due(user.ended_at, settings.STOA_PROFILE):
        return False
    try:
        _leave_rooms(user, None, SOURCE, now)  # one that was just being opened as the account was closed
        erasures.wait(user.uid, now)  # asked first: each minute of half a year their labels would go, and come back
        _erase(user, now)
    except (Refused, *PREVENTED):
        return False
    return True


@transaction.atomic
def _erase(user: User, now: datetime) -> None:
    _erase_all(user, now)
    if not endings.empty(user, now=now):
        raise BusyError  # another sweep was faster, and told of it


@transaction.atomic
def _erase_all(user: User, now: datetime) -> None:
    hold(user)
    # The key before any row: see there who waits for whom.
    erase(user.uid, by="", reason=REASON, now=now, source=SOURCE)
    _deleted(user, Fate.ERASED)
    for place, rows in _rows(user, Fate.EMPTIED):
        rows.update(**{_column(place): None})


def forget(now: datetime) -> int:
    """How many rows without a name went, since nothing keeps them any more."""
    return sum(_forget(row, now) for row in User.objects.filter(erased_at__isnull=False))


def _forget(row: User, now: datetime) -> bool:
    _let_in(row, now)
    kept = any(rows.exists() for _, rows in _rows(row, Fate.KEEPS))
    followed = Redemption.objects.filter(code__issuer=row).exists()
    if not ending.goes(row.suspended_until, now, kept=kept, followed=followed):
        return False
    try:
        with transaction.atomic():
            erase(row.uid, by="", reason=REASON, now=now, source=SOURCE)  # what was written about nobody since
            if not endings.delete(row):
                raise BusyError  # as above
    except PREVENTED:
        return False
    return True


def _let_in(user: User, now: datetime) -> None:
    """Nothing: their browsers were barred until somebody decided, and are not now, unless that was a ban."""
    if BarredDevice.objects.filter(user=user).exists() and not _undecided(user):
        standing.unbar(user, now=now, source=SOURCE)


def _undecided(user: User) -> bool:
    """Whether somebody has to decide about them, or about a room that they hosted as it was reported."""
    return Case.objects.filter(Q(subject=user) | Q(host=user), state__in=(*OPEN, State.APPEALED)).exists()


def _give_back_cases(user: User) -> None:
    for case in Case.objects.filter(holder=user, state=State.CLAIMED).select_related("subject", "host", "holder"):
        deadlines.release(case, REASON)


def _leave_rooms(user: User, by: User | None, source: Source, now: datetime) -> None:
    try:
        leave_all(user, by=by, source=source, now=now)
    except RoomRefused as refused:
        raise Refused(Code.AWAY) from refused


def _deleted(user: User, fate: Fate) -> dict[str, int]:
    """How many rows of this fate went, by their place in the plan."""
    gone = {place: rows.delete()[0] for place, rows in _rows(user, fate)}
    return {place: count for place, count in gone.items() if count}


def _rows(user: User, fate: Fate) -> Iterator[tuple[str, QuerySet[Model]]]:
    """The person's rows of this fate, by their place in the plan."""
    for place in (place for place, one in PLAN.items() if one is fate):
        yield place, _model(place)._default_manager.filter(**{_column(place): user})  # noqa: SLF001  # documented


def _model(place: str) -> type[Model]:
    return apps.get_model(place.rpartition(".")[0])


def _column(place: str) -> str:
    return place.rpartition(".")[2]
