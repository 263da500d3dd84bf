"""Which reflexes of the server act by themselves; only `moderation.actions.reflexes` writes it."""

from django.db import models
from django.db.models import Q

from moderation.reflexes import LIMIT, Name


class Reflex(models.Model):
    """A reflex that somebody turned on, or that is off again; one without a row was never on."""

    name = models.CharField(max_length=20, primary_key=True, choices=[(name.value, name.value) for name in Name])
    on = models.BooleanField()
    limit = models.PositiveSmallIntegerField(default=LIMIT)
    since = models.DateTimeField()
    reason = models.CharField(max_length=30, blank=True, default="")  # why it is off, where it turned itself off

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(limit__lte=100), name="a_limit_is_a_share")]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"
