"""Rows of decisions on cases, of appeals against them, and of the policies they name."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from moderation.measures import Measure
from moderation.models.cases import Case, Report, Stand
from moderation.policies import Policy

_PERSON = settings.AUTH_USER_MODEL


class Ground(models.TextChoices):
    """Why the server may: the law, or its own terms (DSA Art. 17(3)(d) and (e))."""

    TERMS = "terms"
    LAW = "law"


class Decision(models.Model):
    """A measure with its reasons: everything a statement of reasons says is here, and nothing else is.

    `lasts` is how long it was decided for, None where it has no end or is over at once; `until` is when it ends.
    `root` is the decision on whose ground it stands: the pruning of a branch, each of whose people has a decision of
    their own, or the dismissal of a report that was false. With the root it ends.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    root = models.ForeignKey("self", models.CASCADE, null=True, related_name="branch")
    subject = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="decisions")
    room = models.CharField(max_length=12, blank=True, default="")
    measure = models.CharField(max_length=20, choices=[(measure.value, measure.value) for measure in Measure])
    policy = models.CharField(max_length=20, choices=[(policy.value, policy.value) for policy in Policy])
    policy_version = models.PositiveIntegerField()
    ground = models.CharField(max_length=5, choices=Ground.choices)
    law = models.CharField(max_length=200, blank=True, default="")  # which, where the ground is the law
    facts = models.CharField(max_length=2000)
    lasts = models.DurationField(null=True)
    until = models.DateTimeField(null=True)
    automated = models.BooleanField(default=False)
    reflex = models.CharField(max_length=60, blank=True, default="")  # what decided, where a machine did
    state = models.CharField(max_length=10, choices=Stand.choices)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    second = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    in_force_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    entry = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(facts=""), name="no_decision_without_facts"),
            models.CheckConstraint(condition=~Q(ground=Ground.LAW) | ~Q(law=""), name="a_legal_ground_names_the_law"),
            models.CheckConstraint(
                condition=~Q(state=Stand.IN_FORCE) | Q(in_force_at__isnull=False, appeal_until__isnull=False),
                name="what_is_in_force_can_be_appealed",
            ),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | ~Q(second=F("made_by")), name="two_people_confirm_a_decision"
            ),
            models.CheckConstraint(
                condition=Q(automated=True) | Q(made_by__isnull=False), name="somebody_made_every_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "in_force_at"], name="decision_of_person"),
            models.Index(
                fields=["until"], name="decision_ending", condition=Q(state=Stand.IN_FORCE, until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.measure}"


class Result(models.TextChoices):
    """What an appeal led to."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Appeal(models.Model):
    """Somebody says that a decision is wrong; heard by somebody who had no part in it.

    A dismissal is appealed by each of those who reported, a restriction by whom it restricts: once.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals")
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    notice = models.ForeignKey(Report, models.CASCADE, null=True, related_name="+")  # whose maker, outside, appeals
    words = models.CharField(max_length=2000)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    hearer = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=10, choices=Result.choices, blank=True, default="")
    reasons = models.CharField(max_length=2000, blank=True, default="")
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "by"], name="one_appeal_per_person"),
            models.UniqueConstraint(fields=["decision", "notice"], name="one_appeal_per_notice"),
            models.CheckConstraint(condition=~Q(words=""), name="an_appeal_says_why"),
            models.CheckConstraint(
                condition=Q(result="", heard_at=None)
                | (~Q(reasons="") & Q(heard_at__isnull=False, hearer__isnull=False)),
                name="an_appeal_is_answered_with_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.result}"


class PolicyText(models.Model):
    """The words of a policy, as the staff wrote them; the newest counts, every version stays."""

    policy = models.CharField(max_length=20, choices=[(policy.value, policy.value) for policy in Policy])
    version = models.PositiveIntegerField()
    english = models.TextField()
    chinese = models.TextField()
    made_by = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    entry = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="one_text_per_policy_and_version"),
            models.CheckConstraint(condition=~Q(english="") & ~Q(chinese=""), name="a_policy_in_both_languages"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.version}"
