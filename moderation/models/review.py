"""Rows of the security review and of what authorities ask for; only `moderation.actions` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from moderation.models.asked import Asked, two_people


class Outcome(models.TextChoices):
    """What a control's check found; `unknown` is what it could not measure."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Control(models.Model):
    """The state of one control: its last check, and the last one that passed, each with its entry in the log."""

    id = models.CharField(max_length=40, primary_key=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    checked_at = models.DateTimeField()
    checked_entry = models.PositiveBigIntegerField()
    facts = models.JSONField(default=dict)
    passed_at = models.DateTimeField(null=True)
    passed_entry = models.PositiveBigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.id} {self.outcome}"


class Severity(models.TextChoices):
    """How bad a finding is: while a critical one is open, no report is signed."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Finding(models.Model):
    """Something to be mended: by whom, until when, and what shows that it was.

    `control` is empty where a person found it.
    """

    control = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    severity = models.CharField(max_length=10, choices=Severity.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["control"],
                condition=Q(closed_at__isnull=True) & ~Q(control=""),
                name="one_open_finding_per_control",
            ),
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | ~Q(proof=""), name="no_end_without_proof"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.severity}"


class Statement(models.Model):
    """What the operator says of something no server can measure. The newest of a topic counts; older ones stay."""

    topic = models.CharField(max_length=30)
    english = models.TextField(blank=True, default="")
    chinese = models.TextField(blank=True, default="")
    made_by = models.CharField(max_length=16, blank=True, default="")
    made_at = models.DateTimeField()
    entry = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["topic", "made_at"], name="statement_topic")]
        constraints = [
            models.CheckConstraint(condition=~(Q(english="") & Q(chinese="")), name="no_statement_says_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Baseline(models.Model):
    """What the server could do, was made of and how many it served when last looked at for an assessment."""

    functions = models.JSONField()
    technology = models.JSONField()
    people = models.PositiveIntegerField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.taken_at)


class Reason(models.TextChoices):
    """Why an assessment is due: the five cases of Article 3."""

    FUNCTION = "function"  # 3(1) the service starts, or has a function it had not
    TECHNOLOGY = "technology"  # 3(2) new technology changes what it is made of
    GROWTH = "growth"  # 3(3) markedly more people
    SPREAD = "spread"  # 3(4) unlawful information spread in spite of the measures
    NOTICE = "notice"  # 3(5) an authority asked in writing


class Trigger(models.Model):
    """An assessment is due, and until when; done once a report is filed for it."""

    reason = models.CharField(max_length=10, choices=Reason.choices)
    facts = models.JSONField(default=dict)
    noticed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    review = models.ForeignKey("Review", models.PROTECT, null=True, related_name="triggers")

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"


class Review(models.Model):
    """One run of the security review: its annex, from which every page of the report can be made again.

    A worker makes it. Until then `due_at` says when one may begin, or begin again because another has died over it;
    `tries` counts how often one began. At `failed_at` it was given up, until somebody asks for it again.
    """

    profile = models.CharField(max_length=10)
    start = models.DateTimeField()
    end = models.DateTimeField()
    run_by = models.CharField(max_length=16, blank=True, default="")
    run_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    annex = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    signed = models.BooleanField(default=False)
    entry = models.PositiveBigIntegerField(null=True)
    authority = models.CharField(max_length=200, blank=True, default="")
    receipt = models.CharField(max_length=100, blank=True, default="")
    filed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(filed_at__isnull=True) | Q(signed=True), name="only_signed_is_filed"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | (~Q(annex="") & Q(entry__isnull=False)),
                name="what_is_made_has_an_annex",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.profile}"


class Authority(models.TextChoices):
    """Who asks for data by law."""

    CYBERSPACE = "cyberspace"
    POLICE = "police"
    SECURITY = "security"
    COURT = "court"
    OTHER = "other"


class LawfulRequest(Asked):
    """An authority asks for entries of the log: on what ground, for what scope, and which two people let them go."""

    kind = models.CharField(max_length=10, choices=Authority.choices)
    authority = models.CharField(max_length=200)
    ground = models.CharField(max_length=500)
    person = models.CharField(max_length=16, blank=True, default="")
    room = models.CharField(max_length=12, blank=True, default="")
    start = models.DateTimeField()
    end = models.DateTimeField()
    approved = models.BooleanField(null=True)
    exported_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            two_people("two_people_let_data_go"),
            models.CheckConstraint(
                condition=Q(exported_at__isnull=True) | Q(approved=True, approver__isnull=False),
                name="only_what_was_approved_leaves",
            ),
            models.CheckConstraint(condition=~(Q(person="") & Q(room="")), name="no_request_for_everything"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="a_request_has_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"
