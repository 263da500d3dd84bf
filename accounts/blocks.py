"""Who wants to share no room with whom: asked here, changed in `accounts.actions`."""

from accounts.models import Block, User


def blocked_by(user: User) -> frozenset[int]:
    """The primary keys of those whom `user` blocked."""
    return frozenset(Block.objects.filter(blocker=user).values_list("blocked_id", flat=True))
