"""Leave to see who is behind an id of the log; only `moderation.actions.unmasking` writes it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Unmasking(models.Model):
    """Leave to see one person's name: asked by one of the staff, given by another, for a short time.

    `entry` is where whoever asks saw that somebody is hidden, of whom they do not know the id either.
    """

    person = models.CharField(max_length=16)  # uid
    entry = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("asked_by")), name="two_people_unmask"
            ),
            models.CheckConstraint(
                condition=~Q(approved=True) | Q(approver__isnull=False, expires_at__isnull=False),
                name="an_unmasking_has_an_approver_and_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.approved}"
