"""Who let whom in, and how many more people somebody may."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db.models import Count, Sum

from accounts.models import InviteCode, Purpose, Redemption, User


def seats_left(user: User, now: datetime) -> int:
    """How many more people `user` may let in: the quota, less those who came and those who still may."""
    own = InviteCode.objects.filter(issuer=user)
    came: int = own.aggregate(came=Count("redemptions"))["came"]
    waiting: int = own.filter(revoked_at=None, expires_at__gt=now).aggregate(left=Sum("uses_left"))["left"] or 0
    return max(0, user.invite_quota - came - waiting)


@dataclass(frozen=True, slots=True)
class Branch:
    """A person and, below, those who came by their codes."""

    user: User
    invited: tuple["Branch", ...]


def branch(user: User, generations: int | None = None) -> Branch:
    """Everybody who came in through `user`, at whatever remove or at most so many; one query for each generation."""
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
    return _grow(user, children)


def _grow(user: User, children: dict[int, list[User]]) -> Branch:
    return Branch(user, tuple(_grow(child, children) for child in children.get(user.pk, [])))
