"""Who wants to share no room with whom: asked here, changed in `accounts.actions`."""

from accounts.models import Block, User


def blocked_by(user: User) -> frozenset[int]:
    """The primary keys of those whom `user` blocked."""
    return frozenset(Block.objects.filter(blocker=user).values_list("blocked_id", flat=True))


def blockers_of(user: User) -> frozenset[int]:
    """The primary keys of those who blocked `user`; never to be shown to `user`."""
    return frozenset(Block.objects.filter(blocked=user).values_list("blocker_id", flat=True))
