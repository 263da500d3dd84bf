"""Rows about rooms; only `rooms.actions` writes them."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rooms.roles import Rank, Stage, Standing

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """A fresh id: 12 characters of lower-case base32, 60 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def known(text: str) -> str:
    """The text, if it can be an id at all; else an empty text, which no row has."""
    return text if len(text) == 12 and all(character in _ALPHABET for character in text) else ""


class Access(models.TextChoices):
    """Who may come in: any signed-in member, or those with an invite."""

    OPEN = "open"
    INVITE = "invite"


class State(models.TextChoices):
    """The life of a room, in one direction."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"


class Room(models.Model):
    """A place where people talk. `seq` is the number of its last event, `numbers` the last member number given.

    `spread` counts the changes of the set of its carriers, from when there was a second one on. `mine` is there on a
    room from `rooms.admission`: the row of the person it was asked for, if they have one.
    """

    mine: "Member | None" = None

    id = models.CharField(max_length=12, primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=100)
    topic = models.CharField(max_length=200, blank=True, default="")
    link = models.CharField(max_length=500, blank=True, default="")  # pinned for everybody to open
    language = models.CharField(max_length=10, blank=True, default="")
    access = models.CharField(max_length=10, choices=Access.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    locked = models.BooleanField(default=False)
    locked_by_staff = models.BooleanField(default=False)  # and it was the server's moderation
    slow = models.PositiveSmallIntegerField(default=0)  # seconds between two hands or reactions of a person; 0 is off
    observed = models.BooleanField(default=False)  # somebody of the server's moderation is here as an observer
    seq = models.PositiveBigIntegerField(default=0)
    numbers = models.PositiveIntegerField(default=0)
    spread = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    scheduled_for = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "started_at"], name="room_state")]

    def __str__(self) -> str:
        return self.id


class Member(models.Model):
    """A person in a room, now or once. In an invite-only room, `admitted` is the admission.

    `present` is what others see. `connection` is the live session's id and `process` the lease it lives under
    (`rooms.leases`); after a lost connection `lost_at` says since when the member is only waited for. `sfu` is the
    media process that was last asked for their sound.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    number = models.PositiveIntegerField()
    rank = models.PositiveSmallIntegerField(default=Rank.MEMBER)
    stage = models.CharField(max_length=10, default=Stage.AUDIENCE)
    muted = models.BooleanField(default=False)
    hand = models.PositiveBigIntegerField(null=True)
    raised_at = models.DateTimeField(null=True)  # their last hand, for the room's slow mode
    present = models.BooleanField(default=False)
    connection = models.CharField(max_length=32, blank=True, default="")
    process = models.CharField(max_length=60, blank=True, default="")
    tab = models.CharField(max_length=40, blank=True, default="")
    sfu = models.CharField(max_length=80, blank=True, default="")
    hop = models.PositiveIntegerField(default=0)  # how often it became another one
    visit = models.PositiveIntegerField(default=0)  # how often their media was let go of
    admitted = models.BooleanField(default=False)
    granted = models.BooleanField(default=False)  # comes in straight to the stage
    barred = models.BooleanField(default=False)  # banned from this room
    observer = models.BooleanField(default=False)  # of the staff: may come in once, and is seen, see `actions.observe`
    spoke = models.BooleanField(default=False)  # was on stage in this room, ever: see `rooms.acquaintances`
    removed_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="one_member_per_room_and_person"),
            models.UniqueConstraint(fields=["room", "number"], name="one_member_per_room_and_number"),
            models.UniqueConstraint(fields=["room"], condition=Q(rank=Rank.HOST), name="one_host_per_room"),
            models.CheckConstraint(
                condition=Q(present=True) | Q(stage=Stage.AUDIENCE), name="the_absent_hold_no_stage"
            ),
        ]
        indexes = [
            models.Index(fields=["room", "present", "stage"], name="member_presence"),
            models.Index(fields=["lost_at"], name="member_lost", condition=Q(lost_at__isnull=False)),
            models.Index(fields=["user", "room"], name="member_spoke_where", condition=Q(spoke=True)),
            models.Index(fields=["room", "user"], name="member_who_spoke", condition=Q(spoke=True)),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.number}"

    @property
    def standing(self) -> Standing:
        """What the role table needs to know."""
        return Standing(Rank(self.rank), Stage(self.stage), self.muted, self.observes)

    @property
    def observes(self) -> bool:
        """Whether they only listen: who holds a rank in the room has a part in it, also while they observe."""
        return self.observer and self.rank == Rank.MEMBER


class Carrier(models.Model):
    """A media process that carries a room; `epoch` and `key` are those of its `Alive`.

    `idle_since` says since when it holds nobody of the room, or is not heard of.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="carriers")
    sfu = models.CharField(max_length=80)
    epoch = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    idle_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "sfu"], name="one_carrier_per_room_and_process")]
        indexes = [
            models.Index(fields=["sfu", "epoch"], name="carrier_process"),
            models.Index(fields=["idle_since"], name="carrier_idle", condition=Q(idle_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.sfu}"


class RoomInvite(models.Model):
    """A link into a room. Only the keyed hash of its token is stored: the link itself is shown once."""

    id = models.CharField(max_length=12, primary_key=True, default=new_id, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="invites")
    issuer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    stage = models.CharField(max_length=10, default=Stage.AUDIENCE)
    uses = models.PositiveSmallIntegerField()
    uses_left = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(uses_left__lte=F("uses")), name="no_room_invite_use_is_made_up"),
        ]

    def __str__(self) -> str:
        return self.id


class Reminder(models.Model):
    """Somebody is to be told that a room starts: they `asked`, or want to hear of openings by people they know.

    `sent_at` is set with the words it sends, once. `asked_for` is the time the room had when they asked, and `changed`
    that they are to be told of another one, or that the room is called off.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked = models.BooleanField(default=True)
    asked_for = models.DateTimeField(null=True)
    changed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_reminder_per_room_and_person")]
        indexes = [
            models.Index(fields=["room"], name="reminder_waiting", condition=Q(sent_at=None)),
            models.Index(fields=["room"], name="reminder_changed", condition=Q(changed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.user_id}"
