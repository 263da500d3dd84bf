"""The rows of the audit log: written once, by `record.record`, and never changed."""

from django.db import models
from django.db.models.functions import Now


class Result(models.TextChoices):
    """How an act ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


class Entry(models.Model):
    """One act. Actors and objects are opaque ids, so the log depends on no other table and outlives them.

    The database itself refuses UPDATE and DELETE (see the migration). `occurred_at` is the clock of the process that
    acted, `recorded_at` that of the database.
    """

    schema = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=32, blank=True, default="")
    role = models.CharField(max_length=20, blank=True, default="")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=30, blank=True, default="")
    object_id = models.CharField(max_length=64, blank=True, default="")
    room = models.CharField(max_length=32, blank=True, default="")
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.OK)
    reason = models.CharField(max_length=60, blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    port = models.PositiveIntegerField(default=0)
    destination = models.CharField(max_length=120, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")
    channel = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["actor", "occurred_at"], name="entry_actor"),
            models.Index(fields=["room", "occurred_at"], name="entry_room"),
            models.Index(fields=["action", "occurred_at"], name="entry_action"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.action} {self.result}"
