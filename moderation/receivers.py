"""What moderation does when it hears something: a shell around the actions."""

from django.utils import timezone

from moderation.actions import evidence


def answered(freeze: str, tracks: tuple[str, ...], **_: object) -> None:
    """Keep what a media process sealed. Every web process hears of it; the first one does it."""
    evidence.attach(freeze, timezone.now(), answered=tracks)
