"""Checks of the log itself: that it cannot be changed, is sealed, agrees with what was signed, and is read."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, Model, Q, QuerySet

from accounts.models import User
from moderation.audit import cosign, keys, prune, pulse, sequence, tree
from moderation.audit.export import text
from moderation.audit.leaf import PERSONAL, PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Cosignature, Entry, Label, Leaf, Node, PersonKey, Result, Stream
from moderation.audit.opened import Opened, opened
from moderation.audit.role import INSERT_ONLY
from moderation.audit.store import Nodes
from moderation.audit.triggers import FLOOR, NAMES
from moderation.audit.verify import Refused, leaf_hash, open_checkpoint
from moderation.models import Staff
from moderation.review.probes.base import Found, Span
from moderation.staff import Act

SEALED_WITHIN = timedelta(seconds=10)
MOST_SKEW = timedelta(seconds=2)
NETWORK = Q(channel__in=("http", "websocket")) | Q(action="media.connect")
WHENCE = ("address", "port", "destination")
LINKING = ("actor", "object", "second", "address", "session")
COMPARED = 1000
"""Entries that are compared with their leaves at each check: the newest half, and as many spread over all."""
STDOUT = ("logging.StreamHandler", "ext://sys.stdout")
RECENT = 30  # checkpoints that a cosignature may be on: a witness is asked after each was signed
LOG: tuple[type[Model], ...] = (Entry, Leaf, Node, Checkpoint, Cosignature, Label)
"""What is only added to. A label may be erased, and is not changed."""
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


def insert_only(_span: Span) -> Found:
    """Whether the database refuses, right now, to change or delete the newest row of each table of the log.

    What it let through is undone. A trigger that is missing is found also where there is no row yet, and the one before
    TRUNCATE, which nobody could try while the log is in use.
    """
    attempts = [attempt for model in LOG for attempt in _attempts(model)]
    refused, tried = sum(_is_refused(*attempt) for attempt in attempts), len(attempts)
    facts: dict[str, int | str] = {
        "tried": tried,
        "refused": refused,
        "missing": len(_missing()),
        "database": connection.vendor,
    }
    if not Entry.objects.exists():
        return Found.unknown(**facts)
    return Found.if_true(refused == tried and not facts["missing"], **facts)


def _attempts(model: type[Model]) -> Iterator[tuple[str, int]]:
    """The statements that the database has to refuse, and the row they are tried on."""
    meta = model._meta  # noqa: SLF001  # documented
    newest = QuerySet(model).order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return
    where = f'WHERE "{meta.pk.column}" = %s'
    same = f'"{meta.pk.column}" = "{meta.pk.column}"'
    yield f"UPDATE {meta.db_table} SET {same} {where}", newest  # noqa: S608  # our own names
    if meta.db_table in INSERT_ONLY:
        yield f"DELETE FROM {meta.db_table} {where}", newest  # noqa: S608  # our own names


def _missing() -> frozenset[str]:
    """The triggers that are not there, or are turned off."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return NAMES[connection.vendor] - {name for (name,) in cursor.fetchall()}


def _is_refused(statement: str, row: int) -> bool:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement, [row])
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


def heard(span: Span) -> Found:
    """Whether the log gave signs of life all the time, except after it was ended in order."""
    signs, longest = pulse.silence(span.start, span.end)
    numbers = {"signs": signs, "longest": longest // timedelta(minutes=1)}
    return Found.if_true(longest <= pulse.QUIET, **numbers) if signs or longest else Found.unknown(**numbers)


def sealed(span: Span) -> Found:
    """Whether every entry older than ten seconds is in the tree, which grows only together with a checkpoint."""
    entries = Entry.objects.count()
    if not entries:
        return Found.unknown(entries=0, sealed=0, late=0)
    head = sequence.head()
    waiting, passed = sequence.waiting(head), sequence.passed_over(head).count()
    late = waiting.filter(recorded_at__lt=span.now - SEALED_WITHIN).count() + passed
    return Found.if_true(late == 0, entries=entries, sealed=entries - waiting.count() - passed, late=late)


def proved(_span: Span) -> Found:
    """Whether the newest checkpoint is signed by the log and has the root of the leaves, and the leaves the entries."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return Found.unknown(size=0, checked=0, broken=0)
    sample = _sample(newest.size)
    broken = sum(leaf_hash(leaf_of({name: getattr(entry, name) for name in PUBLIC})) != kept for entry, kept in sample)
    broken += int(not _is_signed(newest)) + int(tree.range_hash(Nodes(), 0, newest.size) != bytes(newest.root))
    return Found.if_true(broken == 0, size=newest.size, checked=len(sample) + 2, broken=broken)


def _is_signed(checkpoint: Checkpoint) -> bool:
    """Whether the note says size and root of its row, under a signature of the log."""
    try:
        note = open_checkpoint(checkpoint.note.encode(), keys.vkeys())
    except Refused:
        return False
    return (note.size, note.root) == (checkpoint.size, bytes(checkpoint.root))


def _sample(size: int) -> list[tuple[Entry, bytes]]:
    """The newest entries of a tree, and as many spread over all of it, each with the hash of its leaf."""
    step = max(1, size // COMPARED)
    spread = Q(index__in=[*range(0, size, step)][:COMPARED])
    places = Leaf.objects.filter(Q(index__gte=size - COMPARED) | spread, index__lt=size)
    hashes = {place.entry: bytes(place.hash) for place in places}
    return [(entry, hashes[entry.pk]) for entry in Entry.objects.filter(pk__in=list(hashes))]


def witnessed(_span: Span) -> Found:
    """Whether every witness that is set up signed one of the newest checkpoints, and says of none that it is false."""
    names = [peer.name for peer in cosign.peers()]
    recent = Checkpoint.objects.order_by("-size").values_list("size", flat=True)[:RECENT]
    signed = set(Cosignature.objects.filter(size__in=list(recent), key__in=names).values_list("key", flat=True))
    signed -= {name for name, row in cosign.standing().items() if row and row.error in cosign.CHANGED}
    return Found.if_true(len(signed) >= len(names) > 0, witnesses=len(names), cosigned=len(signed))


def streamed(span: Span) -> Found:
    """Whether the log is sent to other systems, and each took it when it was last sent, and has all but the newest.

    Where nobody sends any more nothing fails either; it shows by what is not sent.
    """
    names = [collector.name for collector in settings.STOA_LOG_STREAM]
    older = Checkpoint.objects.filter(created_at__lt=span.now - pulse.QUIET).order_by("-size")
    due = older.values_list("size", flat=True).first() or 0
    taken = Stream.objects.filter(name__in=names, error="", sent_at__isnull=False, cursor__gte=due).count()
    return Found.if_true(0 < len(names) == taken, collectors=len(names), away=len(names) - taken)


def places(_span: Span) -> Found:
    """Whether logs go only where the settings name it: the database, collectors, witnesses and standard output."""
    handlers = settings.LOGGING["handlers"].values()
    elsewhere = sum((one.get("class"), one.get("stream")) != STDOUT for one in handlers)
    numbers = {"collectors": len(settings.STOA_LOG_STREAM), "witnesses": len(cosign.peers())}
    return Found.if_true(
        not elsewhere, database=connection.vendor, handlers=len(handlers), elsewhere=elsewhere, **numbers
    )


def fields(span: Span) -> Found:
    """Whether every entry that came over the network is bound to where it came from and went to."""
    network = _entries(span).filter(NETWORK)
    numbers = {
        "network": network.count(),
        "missing": network.exclude(commitments__has_keys=WHENCE).count(),
        "device": network.filter(commitments__has_key="user_agent").count(),
    }
    return Found.if_true(numbers["missing"] == 0, **numbers) if numbers["network"] else Found.unknown(**numbers)


def clocks(span: Span) -> Found:
    """How far the clocks of those who act and of the database are apart."""
    entries = _entries(span).exclude(action="media.connect")  # written down in no hurry
    apart = ExpressionWrapper(F("recorded_at") - F("occurred_at"), output_field=DurationField())
    ends = entries.aggregate(most=Max(apart), least=Min(apart))
    if ends["most"] is None:
        return Found.unknown(entries=0, worst=0)
    worst = max(abs(ends["most"]), abs(ends["least"]))
    return Found.if_true(worst <= MOST_SKEW, entries=entries.count(), worst=worst // timedelta(milliseconds=1))


def kept(span: Span) -> Found:
    """Whether entries are kept for as long as the law wants, and the tree has no gap."""
    days = prune.days("", settings.STOA_PROFILE)
    oldest = Entry.objects.order_by("pk").values_list("recorded_at", flat=True).first()
    if oldest is None:
        return Found.unknown(days=days, oldest=0, gaps=0)
    gaps = sequence.head().size - Leaf.objects.count()
    return Found.if_true(days >= FLOOR and gaps == 0, days=days, oldest=(span.now - oldest).days, gaps=gaps)


def events(span: Span) -> Found:
    """Whether the log has a sign-in of everybody who came last in the period; unknown where nobody did."""
    came = User.objects.filter(last_login__gte=span.start, last_login__lt=span.end).count()
    numbers = {
        "came": came,
        "sign_ins": span.acts("account.sign_in"),
        "failed": span.acts("account.sign_in", refused=True),
        "factors": span.acts("account.second_factor"),
        "refusals": _entries(span).filter(result=Result.REFUSED).count(),
    }
    return Found.if_true(numbers["sign_ins"] >= came, **numbers) if came else Found.unknown(**numbers)


def read(span: Span) -> Found:
    """Whether somebody read in the console; unknown where nobody could, because nobody is on the staff."""
    turned_away = _entries(span).filter(result=Result.REFUSED, action__in=[act.value for act in Act]).count()
    numbers = {"reads": span.acts("console.read"), "searches": span.acts("log.search"), "turned_away": turned_away}
    return Found.if_true(numbers["reads"] > 0, **numbers) if Staff.objects.exists() else Found.unknown(**numbers)


def privacy(_span: Span) -> Found:
    """Whether nothing personal has a column of its own in the log, nor is to be read in one of the newest entries."""
    columns = {field.name for field in Entry._meta.concrete_fields}  # noqa: SLF001  # documented
    told = {name for one in opened(Entry.objects.order_by("-pk")[:COMPARED]) for name in _legible(one)}
    plain = len(columns & set(PERSONAL) | told)
    numbers = {"people": PersonKey.objects.count(), "erased": Entry.objects.filter(action="log.erase").count()}
    return Found.if_true(not plain, plain=plain, **numbers)


def _legible(one: Opened) -> list[str]:
    """The personal fields of an entry that its public half gives away. What a stranger may choose proves nothing."""
    leaf = text(one.entry)
    return [field for field in LINKING if field in one.openings and str(one.openings[field][1]) in leaf]


def _entries(span: Span) -> QuerySet[Entry]:
    return Entry.objects.filter(recorded_at__gte=span.start, recorded_at__lt=span.end)
