"""Who let whom in, and how many more people somebody may."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db.models import F, Min, QuerySet, Sum

from accounts.models import InviteCode, Purpose, Redemption, User


@dataclass(frozen=True, slots=True)
class Places:
    """How many people somebody may let in: those who came, those whom open codes still wait for, and those left.

    Whoever came and left keeps their place: else whoever makes accounts to throw away would have one more for each, and
    a place that comes back would tell when somebody was erased. `next_at` is when the next of those who are waited for
    can come no more; None where nobody is.
    """

    came: int
    waiting: int
    left: int
    next_at: datetime | None


def places(user: User, now: datetime) -> Places:
    """What became of the quota of `user`, in two queries."""
    own = InviteCode.objects.filter(issuer=user)
    came: int = own.aggregate(came=Sum(F("uses") - F("uses_left"), default=0))["came"]
    held = still_open(own, now).aggregate(waiting=Sum("uses_left", default=0), next_at=Min("expires_at"))
    return Places(came, **held, left=max(0, user.invite_quota - came - held["waiting"]))


def way_in(user: User) -> QuerySet[InviteCode]:
    """The codes that the person came in by, which may be somebody else's and let in others."""
    return InviteCode.objects.filter(redemptions__user=user, purpose=Purpose.JOIN)


def still_open(codes: QuerySet[InviteCode], now: datetime) -> QuerySet[InviteCode]:
    """Those of the codes that let somebody in, unless their issuer is suspended."""
    return codes.filter(revoked_at=None, uses_left__gt=0, expires_at__gt=now)


@dataclass(frozen=True, slots=True)
class Branch:
    """A person and, below, those who came by their codes."""

    user: User
    invited: tuple["Branch", ...]


def branch(user: User, generations: int | None = None) -> Branch:
    """Everybody who came in through `user`, at whatever remove or at most so many; one query for each generation."""
    return _grow(user, _children(user, generations))


def descendants(user: User) -> list[User]:
    """All of them in a row, each before those whom they let in. A chain may be longer than a recursion goes deep."""
    children, found, waiting = _children(user), list[User](), [user]
    while waiting:
        found.append(waiting.pop())
        waiting += reversed(children.get(found[-1].pk, []))
    return found[1:]


def _children(user: User, generations: int | None = None) -> dict[int, list[User]]:
    """Whom each of them let in."""
    children: dict[int, list[User]] = {}
    generation = [user.pk]
    for _ in count() if generations is None else range(generations):
        if not generation:
            break
        came = Redemption.objects.filter(code__issuer__in=generation).exclude(code__purpose=Purpose.RESET)
        generation = []
        for redemption in came.select_related("user", "code").order_by("redeemed_at"):
            children.setdefault(redemption.code.issuer_id or 0, []).append(redemption.user)
            generation.append(redemption.user_id)
    return children


def _grow(user: User, children: dict[int, list[User]]) -> Branch:
    return Branch(user, tuple(_grow(child, children) for child in children.get(user.pk, [])))
