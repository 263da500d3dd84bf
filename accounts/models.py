"""Rows about people and how they came in; only `accounts.actions` writes them."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from accounts.invites import Terms


def new_uid() -> str:
    """A fresh pseudonymous id: 16 hex characters."""
    return secrets.token_hex(8)


class User(AbstractUser):
    """A person. `uid` is the only id of theirs that leaves the server or reaches the log."""

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    display_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, blank=True, default="")
    invite_quota = models.PositiveSmallIntegerField(default=5)

    class Meta(AbstractUser.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(Lower("username"), name="one_account_per_user_name")]

    def __str__(self) -> str:
        return self.uid


class Purpose(models.TextChoices):
    """What a code lets its holder do, once onboarding is through."""

    JOIN = "join"  # make an account
    OWNER = "owner"  # make the account that owns this server
    RESET = "reset"  # replace every way into the account it was made for


class InviteCode(models.Model):
    """A code in circulation. Only its keyed hash is stored: the code itself is shown once and forgotten."""

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.JOIN)
    issuer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="issued")  # None: the operator
    subject = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")  # whose ways in a RESET replaces
    username = models.CharField(max_length=150, blank=True, default="")  # the user name the operator chose
    uses = models.PositiveSmallIntegerField(default=1)
    uses_left = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(uses_left__lte=models.F("uses")), name="no_use_is_made_up"),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def terms(self) -> Terms:
        """What decides whether the code still opens the door."""
        return Terms(self.uses_left, self.expires_at, self.revoked_at)


class Redemption(models.Model):
    """Somebody came in by a code; with `code.issuer` this is the tree of who invited whom."""

    code = models.ForeignKey(InviteCode, models.PROTECT, related_name="redemptions")
    user = models.ForeignKey(User, models.CASCADE, related_name="redemptions")
    redeemed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "user"], name="one_redemption_per_code_and_person")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.user_id}"


class Acceptance(models.Model):
    """Somebody accepted what applies here: which text (version and hash), which profile, read in which language."""

    user = models.ForeignKey(User, models.CASCADE, related_name="acceptances")
    profile = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_acceptance_per_text_and_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version}"
