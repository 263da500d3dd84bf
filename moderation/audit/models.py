"""The rows of the audit log. Entries, leaves, nodes and checkpoints are written once and never changed.

There are no foreign keys: the log depends on no other table, and no other deletion reaches it.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.audit.leaf import SCHEMA


class Result(models.TextChoices):
    """How an act ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


class Severity(models.TextChoices):
    """How much an entry asks for somebody's eye."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Kind(models.TextChoices):
    """Who or what acted, which is told also after an erasure."""

    PERSON = "person"  # somebody with an account
    STRANGER = "stranger"  # somebody who was not signed in
    OPERATOR = "operator"  # a command on the machine itself
    SERVER = "server"


class Entry(models.Model):
    """One act: what everybody may read of it. What is personal stands in `Label`, and here only a commitment to it.

    The database itself refuses UPDATE, and DELETE before the law's six months are over (see `triggers`).
    `occurred_at` is the clock of the process that acted, `recorded_at` that of the database.
    """

    schema = models.PositiveSmallIntegerField(default=SCHEMA)
    event = models.CharField(max_length=32)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True, default="")
    role = models.CharField(max_length=20, blank=True, default="")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=30, blank=True, default="")
    object_id = models.CharField(max_length=64, blank=True, default="")
    room = models.CharField(max_length=32, blank=True, default="")
    case = models.CharField(max_length=32, blank=True, default="")
    policy = models.CharField(max_length=60, blank=True, default="")
    basis = models.CharField(max_length=40, blank=True, default="")
    purpose = models.CharField(max_length=20, blank=True, default="")
    consent = models.CharField(max_length=40, blank=True, default="")
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.OK)
    reason = models.CharField(max_length=60, blank=True, default="")
    automated = models.BooleanField(default=False)
    model = models.CharField(max_length=60, blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    factors = models.CharField(max_length=60, blank=True, default="")
    channel = models.CharField(max_length=20)
    correlation = models.CharField(max_length=32, blank=True, default="")
    clock = models.CharField(max_length=10, blank=True, default="")
    host = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    evidence = models.JSONField(default=list)
    detail = models.JSONField(default=dict)
    commitments = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["recorded_at"], name="entry_time"),
            models.Index(fields=["action", "id"], name="entry_action"),
            models.Index(fields=["room", "id"], name="entry_room", condition=~Q(room="")),
            models.Index(fields=["case", "id"], name="entry_case", condition=~Q(case="")),
            models.Index(fields=["policy", "id"], name="entry_policy", condition=~Q(policy="")),
            # With all else that is searched for beside it: somebody who is refused without end makes it long.
            models.Index(
                fields=["result", "id"],
                include=["action", "room", "case", "policy"],
                name="entry_result",
                condition=~Q(result="ok"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.action} {self.result}"


class Part(models.IntegerChoices):
    """What a person was in an act; a label adds them up."""

    ACTOR = 1
    OBJECT = 2
    SECOND = 4


class Label(models.Model):
    """The erasable side of an entry: what it says of one person, sealed under that person's key.

    `box` opens to {field: [salt, value]}. `address` is a keyed token, so that an address can be searched for.
    """

    entry = models.BigIntegerField()
    person = models.BigIntegerField()
    part = models.PositiveSmallIntegerField()
    address = models.BinaryField(max_length=16, null=True)
    box = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "person"], name="one_label_per_entry_and_person"),
            # With which a database begins the search for an address; it does not see one that has a condition.
            models.UniqueConstraint(fields=["address", "entry"], name="one_address_per_entry"),
        ]
        indexes = [models.Index(fields=["person", "entry"], include=["part"], name="label_of_person")]

    def __str__(self) -> str:
        return f"label of #{self.entry}"


class PersonKey(models.Model):
    """The key that everything personal about one person is sealed under; without the row nobody opens it again.

    `token` is the keyed hash by which the person is found, `box` holds the key and the person's id, sealed under the
    master key named by `master`.
    """

    token = models.BinaryField(max_length=32, unique=True)
    master = models.CharField(max_length=8)
    box = models.BinaryField()

    def __str__(self) -> str:
        return f"person {self.pk}"


class Leaf(models.Model):
    """The place of an entry in the tree, and its hash, which outlives the entry."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Node(models.Model):
    """The root of a whole subtree of 256, 65,536, ... leaves: `level` is 8, 16, ..."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_node_per_place")]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


class Checkpoint(models.Model):
    """What the log signed: its size and root at one moment."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class Cosignature(models.Model):
    """A witness's line under the checkpoint of `size`; `key` names the witness."""

    size = models.BigIntegerField()
    key = models.CharField(max_length=200)
    line = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["size", "key"], name="one_cosignature_per_witness")]

    def __str__(self) -> str:
        return f"{self.key} on {self.size}"


class Head(models.Model):
    """The one row in which the log grows: compared and swapped, so that it never grows in two directions.

    What has an id up to `watermark` has settled, and is looked at once an hour alone. `frontier` is what
    `verify.Frontier` remembers.
    """

    origin = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    watermark = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.origin} at {self.size}"


class Hold(models.Model):
    """What must not be erased or pruned, although its time has come: a person, or an object such as a room or a case.

    `person` and `approver` are ids of `PersonKey`; a hold ends when it is released, never by itself.
    """

    person = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=30, blank=True, default="")
    object_id = models.CharField(max_length=64, blank=True, default="")
    ground = models.CharField(max_length=200)
    approver = models.BigIntegerField()
    created_at = models.DateTimeField()
    review_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hold {self.pk}: {self.ground}"


class Stream(models.Model):
    """How far a destination has taken the log: `cursor` is the next leaf it gets.

    `asked_at` says since when it has left a question unanswered.
    """

    REST = timedelta(minutes=1)  # longer than a question can last

    name = models.CharField(max_length=100, unique=True)
    cursor = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.cursor}"

    def ask(self, now: datetime) -> bool:
        """Whether it may be asked: nobody else waits for it, nor did in vain within the last minute.

        So one that hangs holds one process of a worker at most, and leaves it free in between. What was asked in the
        future was asked before the clock was set back.
        """
        rested = Q(asked_at=None) | Q(asked_at__lte=now - self.REST) | Q(asked_at__gt=now + self.REST)
        return Stream.objects.filter(rested, pk=self.pk).update(asked_at=now) == 1

    def answered(self) -> None:
        """Note that it answered, whatever it was."""
        Stream.objects.filter(pk=self.pk).update(asked_at=None)
