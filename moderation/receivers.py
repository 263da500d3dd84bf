"""What moderation does when it hears something: a shell around the actions."""

from django.utils import timezone

from moderation.actions import evidence, triage
from moderation.models import Freeze


def answered(freeze: str, sfu: str, tracks: tuple[str, ...], **_: object) -> None:
    """Keep what a media process sealed, once though every web process hears of it, and go on with its case."""
    evidence.attach(freeze, timezone.now(), sfu=sfu, answered=tracks)
    for case in Freeze.objects.filter(pk=freeze).values_list("case_id", flat=True):
        triage.hand_over(case)
