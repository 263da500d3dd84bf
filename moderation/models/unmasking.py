"""Leave to see who is behind an id of the log; only `moderation.actions.unmasking` writes it."""

from django.db import models

from moderation.models.asked import Leave, leave_ends, two_people


class Unmasking(Leave):
    """Leave to see one person's name: asked by one of the staff, given by another, for a short time.

    `entry` is where whoever asks saw that somebody is hidden, of whom they do not know the id either.
    """

    person = models.CharField(max_length=16)  # uid
    entry = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [two_people("two_people_unmask"), leave_ends("an_unmasking_has_an_approver_and_an_end")]

    def __str__(self) -> str:
        return f"{self.pk} {self.approved}"
