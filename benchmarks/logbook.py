"""`python -m benchmarks.logbook ENTRIES`: fills the log of an empty PostgreSQL and prints figures, one JSON a line."""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  # Django first
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.figures import Figure  # noqa: E402
from moderation.audit import people  # noqa: E402
from moderation.audit.models import Head  # noqa: E402
from moderation.audit.record import record  # noqa: E402
from moderation.audit.sealing import address_token  # noqa: E402
from moderation.audit.search import Wish, search  # noqa: E402
from moderation.audit.sequence import head, seal  # noqa: E402
from moderation.audit.source import Source  # noqa: E402

SOURCE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0 (X11; Linux x86_64)", session="5e55")
WARM, TIMES, SEALED, ASKED = 200, 2_000, 20_000, 40
WEEK = timedelta(days=7)
PEOPLE = 2_000
ACTIONS = ("member.join", "member.leave", "member.mute", "room.open", "room.end", "case.decide", "invite.issue")

FILL = """
INSERT INTO audit_entry (schema, event, severity, occurred_at, recorded_at, kind, role, action, object_type, object_id,
  room, "case", policy, basis, purpose, consent, result, reason, automated, model, factors, channel, correlation, clock,
  host, version, evidence, detail, commitments)
SELECT 4, p.event, 'info', at, at, 'person', '', (%s::text[])[1 + n %% %s], '', '', 'room' || n %% 5000,
  CASE WHEN n %% 1000 = 0 THEN 'case' || n %% 50000 ELSE '' END,
  CASE WHEN n %% 50 = 0 THEN 'policy' || n %% 20 ELSE '' END,
  '', 'service', '', CASE WHEN n %% 500 = 0 THEN 'refused' ELSE 'ok' END, '', false, '', '', 'http', '', 'synced',
  'host', '0', '[]', '{}', '{}'
FROM generate_series(%s, %s) AS n JOIN bench_person p ON p.number = n::bigint * 7919 %% %s,
  LATERAL (SELECT now() - (%s - n) * interval '3 seconds' AS at) AS moment
"""
LABEL = """
INSERT INTO audit_label (entry, person, part, address, box)
SELECT e.id, p.person, 1 /* the actor */, p.address, p.box FROM audit_entry e JOIN bench_person p ON p.event = e.event
"""


def main(entries: int) -> None:
    """Every figure, as soon as it is there."""
    call_command("migrate", verbosity=0)
    for measure in (cost, sequencer, partial(searches, entries)):
        for figure in measure():
            print(json.dumps(asdict(figure)), flush=True)


def cost() -> list[Figure]:
    """What an entry, of one person's act on another, adds to a transaction that changes one row."""
    row = head()

    def plain() -> None:
        with transaction.atomic():
            Head.objects.filter(pk=row.pk).update(watermark=0)

    def told() -> None:
        with transaction.atomic():
            Head.objects.filter(pk=row.pk).update(watermark=0)
            record("member.mute", source=SOURCE, actor=uid(1), object_type="member", object_id=uid(2), room="r")

    spent: dict[Callable[[], None], list[float]] = {plain: [], told: []}
    for turn in range(WARM + TIMES):
        for work, times in spent.items():
            begun = time.perf_counter()
            work()
            if turn >= WARM:
                times.append(time.perf_counter() - begun)
    added = statistics.median(spent[told]) - statistics.median(spent[plain])
    return [Figure("an entry adds to its transaction", added * 1000, "ms", 0.5)]


def sequencer() -> list[Figure]:
    """How fast entries come under a signed checkpoint."""
    for _ in range(SEALED // 100):
        with transaction.atomic():
            for _ in range(100):
                record("member.join", source=SOURCE, actor=uid(1), room="r")
    begun = time.perf_counter()
    count = seal(timezone.now())
    rate = count / (time.perf_counter() - begun)
    return [Figure("the sequencer seals", rate, "entries/s", 5_000, at_least=True)]


def searches(entries: int) -> list[Figure]:
    """How long a page of a search takes, the slowest kind told apart."""
    fill(entries)
    wishes = kinds(entries)
    turns = [{kind: timed(wish()) for kind, wish in wishes.items()} for _ in range(ASKED)]  # what disturbs one, all
    taken = {kind: sorted(turn[kind] for turn in turns) for kind in wishes}
    worst = max(taken, key=lambda kind: taken[kind][int(ASKED * 0.95)])
    every = sorted(value for values in taken.values() for value in values)
    name = f"a search among {entries:,} entries, p95"
    return [
        Figure(name, every[int(len(every) * 0.95)] * 1000, "ms", 500),
        Figure(f"{name}, by {worst}", taken[worst][int(ASKED * 0.95)] * 1000, "ms", 500),
    ]


def kinds(entries: int) -> dict[str, Callable[[], Wish]]:
    """What somebody may look for, drawn anew each time: alone, and in a week of the year."""
    chance, now = random.Random(1), timezone.now()
    wishes: dict[str, Callable[[], dict[str, Any]]] = {
        "actor": lambda: {"actor": someone(chance)},
        "room": lambda: {"room": f"room{chance.randrange(5000)}"},
        "case": lambda: {"case": f"case{chance.randrange(50) * 1000}"},
        "address": lambda: {"address": address(chance.randrange(PEOPLE))},
        "action": lambda: {"action": chance.choice(ACTIONS)},
        "policy": lambda: {"policy": f"policy{chance.randrange(2) * 10}"},
        "result": lambda: {"result": "refused"},
        "result and action": lambda: {"result": "refused", "action": chance.choice(ACTIONS)},
        "room and actor": lambda: {"room": f"room{chance.randrange(5000)}", "actor": someone(chance)},
        "anything": dict,
    }

    def alone(wish: Callable[[], dict[str, Any]]) -> Wish:
        return Wish(**wish())

    def within(wish: Callable[[], dict[str, Any]]) -> Wish:
        until = now - timedelta(seconds=3 * chance.randrange(entries))
        return Wish(**wish(), since=until - WEEK, until=until)

    timeless = {kind: partial(alone, wish) for kind, wish in wishes.items()}
    return {**timeless, **{f"{kind} and time": partial(within, wish) for kind, wish in wishes.items()}}


def fill(entries: int) -> None:
    """Entries of the past year, with labels that open; what belongs to one person shares an event and a box."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_person (number int PRIMARY KEY, person bigint, event text, address bytea, box bytea)"
        )
        for number in range(PEOPLE):
            who, event = people.person(uid(number)), f"{number:032x}"
            box = who.seal({"actor": ["00" * 16, uid(number)], "address": ["00" * 16, address(number)]}, event)
            row: list[Any] = [number, who.id, event, address_token(address(number)), box]
            cursor.execute("INSERT INTO bench_person VALUES (%s, %s, %s, %s, %s)", row)
        for first in range(1, entries + 1, 1_000_000):
            last = min(entries, first + 999_999)
            cursor.execute(FILL, [list(ACTIONS), len(ACTIONS), first, last, PEOPLE, entries])
        cursor.execute(LABEL)
        cursor.execute("ANALYZE")


def timed(wish: Wish) -> float:
    """How many seconds the first page takes, its own entry included."""
    begun = time.perf_counter()
    search(wish, by=uid(0), source=SOURCE)
    return time.perf_counter() - begun


def someone(chance: random.Random) -> str:
    """Anybody's id."""
    return uid(chance.randrange(PEOPLE))


def uid(number: int) -> str:
    """A person's id."""
    return f"feed{number:012x}"


def address(number: int) -> str:
    """Where a person is."""
    return f"10.{number // 256}.{number % 256}.1"


if __name__ == "__main__":
    main(int(sys.argv[1]))
