"""Whom a person knows: so that a hallway and an audience begin with familiar faces."""

from accounts.blocks import blocked_by
from accounts.models import Purpose, Redemption, User
from rooms.models import Member


def known_to(user: User) -> frozenset[int]:
    """The primary keys of those whom this person knows: never their own, and never of somebody they blocked.

    Known are whoever invited them, those whom they invited, and those who were on stage where they were.
    """
    came = Redemption.objects.exclude(code__purpose=Purpose.RESET)
    inviters = came.filter(user=user).exclude(code__issuer=None).values_list("code__issuer", flat=True)
    guests = came.filter(code__issuer=user).values_list("user", flat=True)
    stages = Member.objects.filter(user=user, spoke=True).values("room")
    partners = Member.objects.filter(room__in=stages, spoke=True).values_list("user", flat=True)
    return frozenset(inviters.union(guests, partners)) - blocked_by(user) - {user.pk}
