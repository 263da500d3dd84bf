"""Pictures of people: where they are found."""

from accounts.models import User


def address(user: User) -> str:
    """The path of the picture, or an empty text for somebody without one; another picture has another path."""
    return f"/avatars/{user.uid}/{user.avatar}.webp" if user.avatar else ""
