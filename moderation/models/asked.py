"""What takes two people: somebody asks, and somebody else says yes or no."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q

_PERSON = settings.AUTH_USER_MODEL


class Asked(models.Model):
    """Who asked for something and when, and who decided it."""

    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Leave(Asked):
    """Leave to see something for a short time, where the answer was yes."""

    reason = models.CharField(max_length=500)
    approved = models.BooleanField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def two_people(name: str) -> CheckConstraint:
    """The constraint that nobody approves what they asked for."""
    return CheckConstraint(condition=Q(approver__isnull=True) | ~Q(approver=F("asked_by")), name=name)


def leave_ends(name: str) -> CheckConstraint:
    """The constraint that leave has somebody who gave it, and an end."""
    return CheckConstraint(condition=~Q(approved=True) | Q(approver__isnull=False, expires_at__isnull=False), name=name)
