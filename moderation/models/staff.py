"""Who is on the staff; only `moderation.actions.staff` writes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from moderation.staff import GUESTS, Role, Standing


class Staff(models.Model):
    """Somebody is on the staff. `granted_by` is the uid of who let them in, or `erased`; empty is the operator."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    granted_by = models.CharField(max_length=16, blank=True, default="")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=GUESTS) | Q(expires_at__isnull=False), name="a_guest_leaves_again"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def standing(self) -> Standing:
        """What the table of the staff needs to know."""
        return Standing(Role(self.role), self.expires_at)

    @property
    def guest(self) -> bool:
        """Whether they only read, for a while, and see ids in place of names."""
        return self.role in GUESTS
