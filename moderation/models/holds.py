"""Rows of legal holds that are asked for; only `moderation.actions.holds` writes them."""

from django.db import models
from django.db.models import Q

from moderation.models.asked import Asked, two_people


class Held(models.TextChoices):
    """What a hold keeps."""

    PERSON = "user"
    ROOM = "room"
    CASE = "case"


class HoldRequest(Asked):
    """Somebody asks to keep something beyond its time; a second person places the hold (`moderation.audit.hold`)."""

    object_type = models.CharField(max_length=10, choices=Held.choices)
    object_id = models.CharField(max_length=64)
    ground = models.CharField(max_length=200)
    review_at = models.DateTimeField()
    hold = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            two_people("two_people_place_a_hold"),
            models.CheckConstraint(
                condition=Q(hold__isnull=True) | Q(approver__isnull=False), name="a_hold_has_an_approver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.object_type}"
