"""Rows of legal holds that are asked for; only `moderation.actions.holds` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

_PERSON = settings.AUTH_USER_MODEL


class Held(models.TextChoices):
    """What a hold keeps."""

    PERSON = "user"
    ROOM = "room"
    CASE = "case"


class HoldRequest(models.Model):
    """Somebody asks to keep something beyond its time; a second person places the hold (`moderation.audit.hold`)."""

    object_type = models.CharField(max_length=10, choices=Held.choices)
    object_id = models.CharField(max_length=64)
    ground = models.CharField(max_length=200)
    review_at = models.DateTimeField()
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    hold = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("asked_by")), name="two_people_place_a_hold"
            ),
            models.CheckConstraint(
                condition=Q(hold__isnull=True) | Q(approver__isnull=False), name="a_hold_has_an_approver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.object_type}"
