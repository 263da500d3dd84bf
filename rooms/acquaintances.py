"""Whom a person knows: so that a hallway and an audience begin with familiar faces."""

from accounts.models import Purpose, Redemption, User


def known_to(user: User) -> frozenset[int]:
    """The primary keys of those who invited this person and of those whom they invited; never their own."""
    came = Redemption.objects.exclude(code__purpose=Purpose.RESET)
    inviters = came.filter(user=user).exclude(code__issuer=None).values_list("code__issuer", flat=True)
    guests = came.filter(code__issuer=user).values_list("user", flat=True)
    return frozenset(inviters.union(guests)) - {user.pk}
