"""Rows of reports, cases, evidence, decisions and appeals; only `moderation.actions` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from moderation.cases import OPEN, Parties, State
from moderation.measures import Measure
from moderation.policies import Policy, Severity
from rooms.models import Member, new_id
from rooms.roles import Rank

_PERSON = settings.AUTH_USER_MODEL


class Step(models.TextChoices):
    """How far the pipeline is with a case; each step is done once, by whichever worker comes first."""

    COLLECT = "collect"
    TRANSCRIBE = "transcribe"
    SCREEN = "screen"
    SCORE = "score"
    ROUTE = "route"
    NOTIFY = "notify"
    DONE = "done"


class About(models.TextChoices):
    """What a case is about."""

    PERSON = "person"
    ROOM = "room"
    NOTICE = "notice"  # what somebody outside described in words


class Case(models.Model):
    """One person or one room that was reported, and what became of it.

    `key` is the public half of the key that its evidence is sealed under, `secret` the private one, wrapped
    (`moderation.evidence.keys`); without it nothing of the case's evidence opens any more. `seal_until` is when it is
    destroyed.
    """

    about = models.CharField(max_length=10, choices=About.choices)
    subject = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="cases")
    room = models.CharField(max_length=12, blank=True, default="")
    policy = models.CharField(max_length=20, choices=[(policy.value, policy.value) for policy in Policy])
    severity = models.PositiveSmallIntegerField(choices=[(grade.value, grade.name) for grade in Severity])
    risk = models.PositiveSmallIntegerField(default=0)  # 0 to 100: a hint that sorts the queue
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State], default=State.NEW)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.COLLECT)
    stepped_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    holder = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)  # when its holder last worked on it
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, blank=True, default="")
    secret = models.BinaryField(null=True)
    seal_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "room"],
                condition=Q(state__in=OPEN, subject__isnull=False),
                name="one_open_case_per_person_and_room",
            ),
            models.UniqueConstraint(
                fields=["room"], condition=Q(state__in=OPEN, about=About.ROOM), name="one_open_case_per_room"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLAIMED) | Q(held_at__isnull=False), name="a_claim_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["-severity", "-risk", "opened_at"], name="case_queue", condition=Q(state__in=OPEN)),
            models.Index(fields=["state", "due_at"], name="case_due"),
            models.Index(fields=["stepped_at"], name="case_working", condition=~Q(step=Step.DONE)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def parties(self) -> Parties:
        """Who has a part in it; a room's host is the subject of what is reported of the room."""
        made = list(
            self.decisions.exclude(state=Stand.DECLINED).values_list(
                "state", "subject__uid", "made_by__uid", "second__uid"
            )
        )
        reporters = self.reports.exclude(reporter=None).values_list("reporter__uid", flat=True)
        subjects = {self.subject.uid if self.subject else self._host(), *(subject for _, subject, *_ in made)}
        deciders = {one for state, _, *both in made if state != Stand.PROPOSED for one in both}
        return Parties(
            subjects=frozenset(subjects - {None, ""}),
            reporters=frozenset(reporters),
            holder=self.holder.uid if self.holder else "",
            proposer=next((maker for state, _, maker, _ in made if state == Stand.PROPOSED), ""),
            deciders=frozenset(deciders - {None}),
        )

    def _host(self) -> str:
        if self.about != About.ROOM:
            return ""
        host = Member.objects.filter(room=self.room, rank=Rank.HOST).values_list("user__uid", flat=True).first()
        return host or ""


class Channel(models.TextChoices):
    """How a report came."""

    ROOM = "room"  # from inside the room
    PROFILE = "profile"
    NOTICE = "notice"  # from somebody outside (DSA Art. 16)
    STAFF = "staff"  # the staff saw it themselves
    MACHINE = "machine"


class Report(models.Model):
    """Somebody says that a policy was broken. `number` is the receipt; who reported is never shown to the reported."""

    number = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="reports")
    email = models.CharField(max_length=254, blank=True, default="")  # of somebody outside, until they were told
    channel = models.CharField(max_length=10, choices=Channel.choices)
    policy = models.CharField(max_length=20, choices=[(policy.value, policy.value) for policy in Policy])
    words = models.CharField(max_length=1000, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when the reporter was told what became of it

    class Meta:
        indexes = [models.Index(fields=["reporter", "made_at"], name="report_budget")]

    def __str__(self) -> str:
        return self.number


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


class Grant(models.Model):
    """Leave to open the evidence of a case: asked by who works on it, given by a second person, for a short time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="grants")
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    approver = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    approved = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("asked_by")), name="two_people_open_evidence"
            ),
            models.CheckConstraint(
                condition=~Q(approved=True) | Q(approver__isnull=False, expires_at__isnull=False),
                name="a_grant_has_an_approver_and_an_end",
            ),
        ]

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


class Stand(models.TextChoices):
    """Whether a decision counts."""

    PROPOSED = "proposed"  # waits for a second person
    DECLINED = "declined"
    IN_FORCE = "in_force"
    UNDONE = "undone"


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
