"""Rows of what was sealed for a case, who may open it, and what models say of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from moderation.models.asked import Leave, leave_ends, two_people
from moderation.models.cases import Case, Report

_PERSON = settings.AUTH_USER_MODEL


class Frozen(models.TextChoices):
    """What the media process answered; empty until it did."""

    SEALED = "sealed"
    EMPTY = "empty"  # nobody had spoken in the last minute, or the profile keeps no ring
    LOST = "lost"  # no answer before the ring had rolled over


class Freeze(models.Model):
    """The ring of a room was asked for, once for a report; asked again until it is answered.

    `waiting` are the media processes that have not answered yet, where several carried the room.
    """

    id = models.CharField(max_length=16, primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="freezes")
    report = models.OneToOneField(Report, models.PROTECT, related_name="freeze")
    room = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Frozen.choices, blank=True, default="")
    waiting = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="freeze_waiting", condition=Q(outcome="")),
            models.Index(fields=["room", "asked_at"], name="freeze_of_room"),
        ]

    def __str__(self) -> str:
        return self.id


class Evidence(models.Model):
    """What one speaker said in the minute before a report, sealed in a file of its own; in two, if they moved from one
    media process to another meanwhile.

    `digest` is that of the file's header, which binds speaker, room and freeze; `hashes` are those of its chunks, as
    they stand in the log under `entry`. `size` 0 says that the file is gone.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    freeze = models.ForeignKey(Freeze, models.PROTECT, related_name="evidence")
    user = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    member = models.PositiveIntegerField()
    file = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64)
    hashes = models.JSONField()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    packets = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()
    entry = models.PositiveBigIntegerField()
    expires_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(start_at__lte=F("end_at")), name="evidence_ends_after_it_begins"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="evidence_expiring", condition=Q(destroyed_at=None))]

    def __str__(self) -> str:
        return self.file


class Grant(Leave):
    """Leave to open the evidence of a case: asked by who works on it, given by a second person, for a short time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="grants")

    class Meta:
        constraints = [two_people("two_people_open_evidence"), leave_ends("a_grant_has_an_approver_and_an_end")]

    def __str__(self) -> str:
        return f"{self.pk} {self.case_id}"


class Kind(models.TextChoices):
    """What a hint is about."""

    TRANSCRIPT = "transcript"
    WORDS = "words"
    SOUND = "sound"
    PATTERN = "pattern"


class Hint(models.Model):
    """What a model says of a case: never a decision. `facts` hold no words: `box` does, sealed under the case's key."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="hints")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="hints")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    model = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    score = models.FloatField()
    facts = models.JSONField(default=dict)
    box = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "evidence", "kind", "model"], name="one_hint_per_track_and_model"),
            models.UniqueConstraint(
                fields=["case", "kind", "model"], condition=Q(evidence=None), name="one_hint_per_case_and_model"
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="a_score_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.model}"
