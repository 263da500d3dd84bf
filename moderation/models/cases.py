"""Rows of reports and the cases made of them; only `moderation.actions` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from moderation.cases import OPEN, Parties, State
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


class Stand(models.TextChoices):
    """Whether a decision counts."""

    PROPOSED = "proposed"  # waits for a second person
    DECLINED = "declined"
    IN_FORCE = "in_force"
    UNDONE = "undone"


class Case(models.Model):
    """One person or one room that was reported, and what became of it.

    `host` is whoever hosted the reported room as the case was opened: what is decided on the case is about them, also
    where somebody else hosts by then.

    `key` is the public half of the key that its evidence is sealed under, `secret` the private one, wrapped
    (`moderation.evidence.keys`); without it nothing of the case's evidence opens any more. `seal_until` is when it is
    destroyed.
    """

    about = models.CharField(max_length=10, choices=About.choices)
    subject = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="cases")
    host = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
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
                fields=["room", "host"],
                condition=Q(state__in=OPEN, about=About.ROOM),
                name="one_open_case_per_room_and_host",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLAIMED) | Q(held_at__isnull=False), name="a_claim_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["-severity", "-risk", "opened_at"], name="case_queue", condition=Q(state__in=OPEN)),
            models.Index(fields=["state", "due_at"], name="case_due"),
            models.Index(fields=["stepped_at"], name="case_working", condition=~Q(step=Step.DONE)),
            models.Index(fields=["room"], name="case_of_room", condition=Q(about=About.ROOM)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def concerning(self) -> models.QuerySet["Report"]:
        """Its reports; of a room also those in its other cases, for one that is ended at once has none of its own."""
        if self.about != About.ROOM:
            return self.reports.all()
        return Report.objects.filter(case__about=About.ROOM, case__room=self.room)

    @property
    def parties(self) -> Parties:
        """Who has a part in it. Whoever hosts a reported room by now is a subject, too: it may be taken from them."""
        made = list(
            self.decisions.exclude(state=Stand.DECLINED).values_list(
                "state", "subject__uid", "made_by__uid", "second__uid"
            )
        )
        hosts = host_of(self.room) if self.about == About.ROOM else None
        people = {one.uid for one in (self.subject, self.host, hosts) if one is not None}
        deciders = {one for state, _, *both in made if state != Stand.PROPOSED for one in both}
        return Parties(
            subjects=frozenset(people | {subject for _, subject, *_ in made if subject}),
            reporters=makers(self.concerning),
            holder=self.holder.uid if self.holder else "",
            proposer=next((maker for state, _, maker, _ in made if state == Stand.PROPOSED), ""),
            deciders=frozenset(deciders - {None}),
        )

    @property
    def whom(self) -> User | None:
        """The person it is about: the reported one, or whoever hosted the reported room as it was opened."""
        return self.subject or self.host


def host_of(room: str) -> User | None:
    """Whoever hosts the room now, or did when it ended."""
    host = Member.objects.filter(room=room, rank=Rank.HOST).select_related("user").first()
    return host.user if host else None


class Channel(models.TextChoices):
    """How a report came."""

    ROOM = "room"  # from inside the room
    PROFILE = "profile"
    NOTICE = "notice"  # from somebody outside (DSA Art. 16)
    STAFF = "staff"  # the staff saw it themselves
    MACHINE = "machine"


class Report(models.Model):
    """Somebody says that a policy was broken. `number` is the receipt; who reported is never shown to the reported.

    `staff` is who of the staff made it at work: as little as a `reporter` do they decide on it, but there is no budget
    for it, and nobody tells them what became of it.
    """

    number = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="reports")
    staff = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
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


def makers(reports: models.QuerySet[Report]) -> frozenset[str]:
    """The uids of those who made the reports, as members or at work."""
    made = reports.values_list("reporter__uid", "staff__uid")
    return frozenset({one for both in made for one in both} - {None})
