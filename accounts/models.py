"""Rows about people, how they came in and how they are reached; only actions write them."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.invites import Terms


def new_uid() -> str:
    """A fresh pseudonymous id: 16 hex characters."""
    return secrets.token_hex(8)


class Theme(models.TextChoices):
    """How pages look; the values are those of `data-theme`."""

    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    SYSTEM = "system", _("System")


class User(AbstractUser):
    """A person. `uid` is the only id of theirs that leaves the server or reaches the log."""

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    display_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, blank=True, default="")
    invite_quota = models.PositiveSmallIntegerField(default=5)
    avatar = models.CharField(max_length=16, blank=True, default="")  # the digest of their picture, see `avatars`
    ai_voice = models.BooleanField(default=False)  # what is heard of them is made by a machine, as they declare
    theme = models.CharField(max_length=6, choices=Theme.choices, blank=True, default="")  # "": never chosen
    notify_reminders = models.BooleanField(default=True)  # a room they asked to be reminded of starts
    notify_openings = models.BooleanField(default=False)  # somebody they know opens a room
    sign_outs = models.PositiveIntegerField(default=0)  # how often from everywhere at once
    suspended_until = models.DateTimeField(null=True)  # None: in good standing, see `standing`
    ended_at = models.DateTimeField(null=True)  # when the account was closed for good; then others see no name of it
    erased_at = models.DateTimeField(null=True)  # when all that was personal went: the row is nobody's since

    class Meta(AbstractUser.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(Lower("username"), name="one_account_per_user_name")]

    def __str__(self) -> str:
        return self.uid

    def get_session_auth_hash(self) -> str:
        """What every session and room token carries: another after a new password or a sign-out everywhere."""
        told = f"{self.password} {self.sign_outs}"
        return salted_hmac("accounts.sessions", told, algorithm="sha256").hexdigest()


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


class Block(models.Model):
    """Somebody wants to share no room with somebody else; who is blocked is never told."""

    blocker = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="one_block_per_pair"),
            models.CheckConstraint(condition=~models.Q(blocker=models.F("blocked")), name="nobody_blocks_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} {self.blocked_id}"


class PushSubscription(models.Model):
    """A browser that shows a person's notifications (Web Push), as long as its session signs them in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    session_key = models.CharField(max_length=40, db_index=True)
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=88)  # the browser's public key: base64url, RFC 8291
    auth = models.CharField(max_length=24)  # the browser's secret: base64url
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.pk}"


class Notification(models.Model):
    """Words on their way to one browser; the row is gone once they are sent, or no news any more."""

    subscription = models.ForeignKey(PushSubscription, models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    body = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=300)  # a path of ours
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)  # whoever sends it moves this on first, so that nobody else does
    expires_at = models.DateTimeField()  # nobody is to read it from then on

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.pk}"


class BarredDevice(models.Model):
    """A browser that a suspended person was signed in with: until then no account is made there by a code.

    Only the keyed hash of the number in its cookie is stored, and only while the suspension lasts; of an account that
    ended, also while a case about it is undecided.
    """

    digest = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "user"], name="one_bar_per_device_and_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.pk}"


class Lever(models.TextChoices):
    """What can be switched for the whole server."""

    INVITES = "invites"  # frozen: no code is made, and none lets anybody in
    JOINS = "joins"  # braked: so many newcomers a minute into each room, and no more
    SERVER = "server"  # suspended: no new room, nobody into one, and those that are live end


class Switch(models.Model):
    """A lever that is pulled; without its row it is not. People read `note` of it, the log has `reason`."""

    name = models.CharField(max_length=10, primary_key=True, choices=Lever.choices)
    reason = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True, default="")
    pulled_by = models.CharField(max_length=16)
    pulled_at = models.DateTimeField()
    most = models.PositiveSmallIntegerField(null=True)  # JOINS: a minute and room
    ends_at = models.DateTimeField(null=True)  # SERVER: when live rooms end
    export = models.CharField(max_length=100, blank=True, default="")  # SERVER: the bundle that was written then

    def __str__(self) -> str:
        return self.name
