"""The app's name for Django."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Live rooms: who is in them, who may speak, and how they hear it."""

    name = "rooms"

    def ready(self) -> None:
        """Connect what tells of sessions that end, and of new names and pictures."""
        import rooms.actions.likeness
        import rooms.sessions  # noqa: F401  # models must be loaded first
