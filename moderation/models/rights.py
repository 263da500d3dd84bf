"""What people ask of their own data; only `moderation.actions.rights` writes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Wish(models.TextChoices):
    """Which right somebody uses (GDPR Art. 15 to 21, PIPL Art. 44 to 50)."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"


class DataRequest(models.Model):
    """Somebody's request about their own data, and its answer; a refusal says why (PIPL Art. 50).

    `done` says that they were erased from the log since; nothing else says when, or which entry tells of it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    wish = models.CharField(max_length=10, choices=Wish.choices)
    words = models.CharField(max_length=1000, blank=True, default="")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=1000, blank=True, default="")
    answered_by = models.CharField(max_length=16, blank=True, default="")
    read_at = models.DateTimeField(null=True)
    done = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, granted=None) | Q(answered_at__isnull=False, granted__isnull=False),
                name="an_answer_says_yes_or_no",
            ),
            models.CheckConstraint(condition=~Q(granted=False) | ~Q(answer=""), name="no_refusal_without_a_reason"),
        ]
        indexes = [models.Index(fields=["due_at"], name="data_request_open", condition=Q(answered_at=None))]

    def __str__(self) -> str:
        return f"{self.pk} {self.wish}"
