"""G1 and G5: whatever is killed, each change has its entry in the same transaction, and each entry its change."""

import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.flows import stack
from tests.flows.acting import NAMES, Actors, acting, put_on_staff
from tests.flows.stack import Stoa
from tests.postgres import Cluster

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]

ACTIONS = int(os.environ.get("STOA_G1_ACTIONS", "1000"))  # `make kill` does ten thousand
KILLS = ACTIONS // 100
SEALED = 10.0  # seconds, for 99 of 100 entries
RUNG = 5.0

TABLES = {  # what a change is, and how the entries begin that tell of one
    "rooms_room": r"room\.|room_invite\.redeem|member\.|power\.",
    "rooms_member": r"member\.|room\.|room_invite\.redeem|history\.|power\.",
    "rooms_roominvite": r"room_invite\.",
    "rooms_reminder": r"reminder\.|room\.",
    "accounts_user": r"account\.|invite\.redeem",
    "accounts_invitecode": r"invite\.|account\.reset",
    "accounts_redemption": r"invite\.redeem|account\.reset",
    "accounts_acceptance": r"notice\.accept",
    "accounts_switch": r"power\.(invites|joins|server|export)",
    "accounts_block": r"account\.(un)?block",
    "accounts_barreddevice": r"account\.",
    "moderation_staff": r"staff\.",
    "moderation_case": r"case\.|report\.make",
    "moderation_report": r"report\.|case\.merge",
    "moderation_freeze": r"report\.make|evidence\.",
    "moderation_evidence": r"evidence\.|case\.",
    "moderation_hint": r"case\.hint",
    "moderation_grant": r"evidence\.",
    "moderation_decision": r"decision\.|case\.",
    "moderation_appeal": r"case\.appeal|appeal\.",
    "moderation_datarequest": r"data\.",
}
SILENT = {
    "rooms_room": ("seq", "sfu"),
    "rooms_member": ("lost_at",),
    "moderation_case": ("step", "stepped_at", "held_at"),
}
"""Columns that tell of a connection, count what is said or note that somebody works: to change one is no change."""
WATCH = """
CREATE TABLE g1_seen (xid bigint, what text);
CREATE FUNCTION g1_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV::text[] = to_jsonb(NEW) - TG_ARGV::text[] THEN RETURN NULL; END IF;
  INSERT INTO g1_seen VALUES (txid_current(), TG_TABLE_NAME); RETURN NULL;
END $$;
CREATE FUNCTION g1_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO g1_seen VALUES (txid_current(), 'entry ' || NEW.result || ' ' || NEW.action); RETURN NULL;
END $$;
CREATE TRIGGER g1 AFTER INSERT ON audit_entry FOR EACH ROW
  WHEN (NEW.action NOT LIKE 'server.%'  -- signs of life, and reads, change nothing
    AND NEW.action NOT IN ('console.read', 'evidence.open'))
  EXECUTE FUNCTION g1_entry();
"""
TOGETHER = "SELECT array_agg(DISTINCT what ORDER BY what) FROM g1_seen GROUP BY xid"
DELAYS = """
SELECT extract(epoch FROM min(c.created_at) - e.recorded_at) FROM audit_entry e
JOIN audit_leaf l ON l.entry = e.id JOIN audit_checkpoint c ON c.size > l.index
WHERE e.id > %s GROUP BY e.id
"""
STUCK = "SELECT count(*) FROM moderation_case WHERE step <> 'done'"
KEPT = """
SELECT 'reports', count(*) FROM moderation_report
UNION ALL SELECT 'cases', count(*) FROM moderation_case
UNION ALL SELECT 'claims', count(*) FROM audit_entry WHERE action = 'case.claim' AND result = 'ok'
UNION ALL SELECT 'notices', count(*) FROM moderation_report WHERE channel = 'notice'
UNION ALL SELECT 'letters', count(*) FROM audit_entry WHERE action = 'report.told' AND role <> '' AND result = 'ok'
UNION ALL SELECT 'at the desk', count(*) FROM moderation_report WHERE channel = 'staff'
UNION ALL SELECT 'rooms ended', count(*) FROM audit_entry WHERE action = 'power.end_room' AND result = 'ok'
  AND "case" IN (SELECT "case" FROM audit_entry WHERE action = 'evidence.freeze')
UNION ALL SELECT 'tracks', count(*) FROM moderation_evidence
UNION ALL SELECT 'grants', count(*) FROM moderation_grant WHERE approved
UNION ALL SELECT 'hearings', count(*) FROM audit_entry WHERE action = 'evidence.open' AND result = 'ok'
UNION ALL SELECT 'decisions', count(*) FROM moderation_decision
UNION ALL SELECT 'bans', count(*) FROM moderation_decision WHERE measure = 'ban' AND state IN ('in_force', 'undone')
UNION ALL SELECT 'appeals', count(*) FROM moderation_appeal
UNION ALL SELECT 'answers', count(*) FROM moderation_appeal WHERE result <> ''
UNION ALL SELECT 'overturned', count(*) FROM moderation_appeal WHERE result = 'overturned'
"""
PEOPLE = """
from accounts.models import User
for name in %r: User.objects.create_user(name, password="seven grey herons wade", display_name=name)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="module")
def stoa(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """All processes on a PostgreSQL that keeps what it has committed, and sees every change of a row."""
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        database.execute("ALTER DATABASE postgres SET synchronous_commit = on")
    with stack.running(tmp_path_factory.mktemp("g1"), DATABASE_URL=cluster.url) as running:
        running.manage("shell", "--verbosity", "0", "--command", PEOPLE % NAMES)
        put_on_staff(running)
        with psycopg.connect(cluster.dsn, autocommit=True) as database:
            database.execute(WATCH)
            for table in TABLES:
                columns = ", ".join(f"'{name}'" for name in SILENT.get(table, ()))
                when = "AFTER INSERT OR UPDATE OR DELETE"
                database.execute(
                    f"CREATE TRIGGER g1 {when} ON {table} FOR EACH ROW EXECUTE FUNCTION g1_change({columns})"
                )
        yield running


def test_a_log_that_cannot_be_written_rings_within_five_seconds(
    stoa: Stoa, cluster: Cluster, figure: Callable[[str], None]
) -> None:
    began = "SELECT 1 FROM audit_entry WHERE action = 'server.start'"
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        stack.until("the worker is there", lambda: database.execute(began).fetchone(), 60)
        database.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        begun = time.monotonic()
        try:
            stack.until("the alarm", lambda: "the audit log cannot be written" in stoa.log(), RUNG)
            figure(f"the alarm that the log cannot be written came after {time.monotonic() - begun:.1f} s")
            assert "stoa_log_writable 0.0" in stack.fetch("GET", f"{stoa.url}/metrics", {})[1]
            assert stack.fetch("GET", f"{stoa.url}/healthz", {})[0] == 200
        finally:
            database.execute("ALTER TABLE audit_entry DROP CONSTRAINT full_disk")


def test_an_entry_is_under_a_signed_checkpoint_within_ten_seconds(
    stoa: Stoa, cluster: Cluster, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    with psycopg.connect(cluster.dsn) as database:
        (last,) = database.execute("SELECT coalesce(max(id), 0) FROM audit_entry").fetchone() or (0,)
    with acting(stoa, tmp_path, random.Random(2)) as (_actors, tally):
        stack.until("they act", lambda: tally.done() >= 200, 60)
        time.sleep(10)
    tally.close()
    stack.until("all is sealed", lambda: unsealed(cluster) == 0, 60)
    with psycopg.connect(cluster.dsn) as database:
        delays = sorted(float(delay) for (delay,) in database.execute(DELAYS, [last]))
    worst = delays[int(len(delays) * 0.99)]
    figure(f"{len(delays)} entries: sealed after {delays[len(delays) // 2]:.1f} s (median), {worst:.1f} s (p99)")
    assert worst <= SEALED


def kills(stoa: Stoa, cluster: Cluster, actors: Actors) -> dict[str, Callable[[], object]]:
    def app() -> None:
        actors.kill()
        actors.begin()

    def database() -> None:
        os.kill(cluster.pid, signal.SIGKILL)
        stack.until("the database is back", lambda: started(cluster), 60)

    ours = {
        name: lambda name=name: stoa.kill(name)
        for name in ("daphne", "hostname worker", "hostname sealer", "valkey-server")
    }
    return {"app": app, "database": database, **ours}


def test_no_change_is_without_an_entry_and_no_entry_without_a_change(
    stoa: Stoa, cluster: Cluster, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    chance, begun, killed = random.Random(1), time.monotonic(), Counter[str]()
    with acting(stoa, tmp_path, chance) as (actors, tally):
        ways = kills(stoa, cluster, actors)
        while tally.done() < ACTIONS or killed.total() < KILLS or len(killed) < len(ways):
            time.sleep(chance.uniform(1, 4))
            name = chance.choice(list(ways))
            if name in ("app", "database") or stoa.children(name):
                ways[name]()
                killed[name] += 1
        stack.until("of everything there is one", lambda: all(kept(cluster).values()), 120)
    done = tally.close()
    figure(
        f"{len(done)} acts in {time.monotonic() - begun:.0f} s ({done.count('+')} done, {done.count('-')} refused, "
        f"{done.count('!')} not possible), {killed.total()} kills: "
        + ", ".join(f"{name} {times}" for name, times in sorted(killed.items()))
    )
    stack.until("no case is stuck", lambda: count(cluster, STUCK) == 0, 180)
    stack.until("all is sealed", lambda: unsealed(cluster) == 0, 90)
    with psycopg.connect(cluster.dsn) as database:
        assert [found for (seen,) in database.execute(TOGETHER) if (found := astray(seen))] == []
        (changes,) = database.execute("SELECT count(DISTINCT xid) FROM g1_seen").fetchone() or (0,)
    assert "!" in done, "a killed database was missed by nobody"
    assert changes > ACTIONS / 4
    assert "The log is whole" in stoa.manage("audit", "verify")
    told = ", ".join(f"{number} {name}" for name, number in kept(cluster).items())
    figure(f"of the moderation: {told}, 0 cases stuck")
    figure(f"{changes} transactions with an entry or a change: in none one stood without the other")


def astray(seen: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The tables that one transaction changed and no entry of it told of, and its entries that told of no change."""
    told = [what.removeprefix("entry ok ") for what in seen if what.startswith("entry ok ")]
    changed = [what for what in seen if what in TABLES]
    untold = [table for table in changed if not any(re.match(TABLES[table], entry) for entry in told)]
    empty = [entry for entry in told if not any(re.match(TABLES[table], entry) for table in changed)]
    return (untold, empty) if untold or empty else None


def started(cluster: Cluster) -> bool:
    """Whether it starts; not while processes of the killed one still hold its memory."""
    try:
        cluster.start()
    except subprocess.CalledProcessError:
        time.sleep(0.5)
        return False
    return True


def unsealed(cluster: Cluster) -> int:
    query = "SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry = e.id)"
    return count(cluster, query)


def kept(cluster: Cluster) -> dict[str, int]:
    """How many of each there are that only a whole case leads to."""
    with psycopg.connect(cluster.dsn) as database:
        return dict(database.execute(KEPT).fetchall())


def count(cluster: Cluster, query: str) -> int:
    with psycopg.connect(cluster.dsn) as database:
        return int((database.execute(query).fetchone() or (1,))[0])
