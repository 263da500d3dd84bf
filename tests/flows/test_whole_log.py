"""G1 and G5: whatever is killed, each change has its one entry in the same transaction, and each entry its change."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres, watched
from tests.flows import goodbyes, stack
from tests.flows.acting import NAMES, Actors, acting, put_on_staff
from tests.flows.stack import Stoa
from tests.postgres import Cluster

pytestmark = [pytest.mark.server, pytest.mark.timeout(1200)]

ACTIONS = int(os.environ.get("STOA_G1_ACTIONS", "1000"))  # `make kill` does ten thousand
KILLS = ACTIONS // 100
SEALED = 10.0  # seconds, for 99 of 100 entries
RUNG = 5.0
UNSTUCK = 330  # seconds: a case waits 90 for what the media process holds and 180 for a model that others keep busy

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
  AND "case" NOT IN (SELECT CAST(case_id AS text) FROM moderation_report)
UNION ALL SELECT 'tracks', count(*) FROM moderation_evidence
UNION ALL SELECT 'grants', count(*) FROM moderation_grant WHERE approved
UNION ALL SELECT 'hearings', count(*) FROM audit_entry WHERE action = 'evidence.open' AND result = 'ok'
UNION ALL SELECT 'decisions', count(*) FROM moderation_decision
UNION ALL SELECT 'bans', count(*) FROM moderation_decision WHERE measure = 'ban' AND state IN ('in_force', 'undone')
UNION ALL SELECT 'appeals', count(*) FROM moderation_appeal
UNION ALL SELECT 'answers', count(*) FROM moderation_appeal WHERE result <> ''
UNION ALL SELECT 'accounts ended', count(*) FROM audit_entry
  WHERE action = 'account.end' AND result = 'ok' AND reason = ''
UNION ALL SELECT 'erasures after it', count(*) FROM audit_entry WHERE action = 'log.erase' AND reason = 'ended'
UNION ALL SELECT 'overturned', count(*) FROM moderation_appeal WHERE result = 'overturned'
"""
SERVERS = "stoa_app"
CONNECTED = "SELECT usename FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
MOVED = {table for table, told in watched.WATCHED.items() if told != watched.NEVER}
SEEDED = """
from django.db import transaction
from accounts.actions import change_profile
from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
user, source = User.objects.get(username="g1_4"), Source.internal("command")
def tell(): record("account.change", source=source, actor=user.uid, object_type="user", object_id=user.uid)
with transaction.atomic():
    change_profile(user, display_name="Twice", source=source)
    tell()
User.objects.filter(pk=user.pk).update(display_name="Untold")
with transaction.atomic():
    tell()
"""
"""A change that is told twice, one that is not told, and an entry that tells of none."""
HALF = """
from django.utils import timezone
from accounts.models import User
User.objects.create_user("half", ended_at=timezone.now())
"""
"""Closed, and still open to whoever has a way in."""
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
    """All processes on a PostgreSQL that keeps what it has committed, and sees every change of a row.

    They have the role that operators are told to give them, which may only add to the log.
    """
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        database.execute("ALTER DATABASE postgres SET synchronous_commit = on")
    roles = {"DATABASE_URL": cluster.url_of(SERVERS), "DATABASE_OWNER_URL": cluster.url}
    with stack.running(tmp_path_factory.mktemp("g1"), **roles) as running:
        running.manage("shell", "--verbosity", "0", "--command", PEOPLE % NAMES)
        put_on_staff(running)
        with psycopg.connect(cluster.dsn, autocommit=True) as database:
            for statement in watched.install():
                database.execute(statement)
        yield running


def test_whoever_serves_may_only_add_to_the_log(stoa: Stoa, cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn) as database:
        connected = {name for (name,) in database.execute(CONNECTED)}
    assert connected == {SERVERS}
    assert f"the role {SERVERS} adds to the log, and can do no more" in stoa.manage("doctor")


def test_what_is_told_twice_or_not_at_all_or_did_not_happen_is_found(stoa: Stoa, cluster: Cluster) -> None:
    stoa.manage("shell", "--verbosity", "0", "--command", SEEDED)
    assert doubled(cluster) == ["account.change"]
    assert astray(cluster) == [(["accounts_user"], []), ([], ["account.change"])]
    with psycopg.connect(cluster.dsn) as database:
        database.execute("TRUNCATE g1_seen")
    assert (doubled(cluster), astray(cluster)) == ([], [])


def test_an_account_that_is_ended_by_half_is_found(stoa: Stoa, cluster: Cluster) -> None:
    stoa.manage("shell", "--verbosity", "0", "--command", HALF)
    assert left(stoa) == "{'a way in': 1}"
    stoa.manage("shell", "--verbosity", "0", "--command", "User.objects.exclude(ended_at=None).delete()")
    assert left(stoa) == "{}"
    with psycopg.connect(cluster.dsn) as database:
        database.execute("TRUNCATE g1_seen")


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
    stack.until("no case is stuck", lambda: count(cluster, STUCK) == 0, UNSTUCK)
    stack.until("all is sealed", lambda: unsealed(cluster) == 0, 90)
    assert left(stoa) == "{}"
    assert astray(cluster) == []
    assert doubled(cluster) == []
    changes = count(cluster, "SELECT count(DISTINCT xid) FROM g1_seen")
    assert "!" in done, "a killed database was missed by nobody"
    assert changes > ACTIONS / 4
    assert "The log is whole" in stoa.manage("audit", "verify")
    told = ", ".join(f"{number} {name}" for name, number in kept(cluster).items())
    figure(f"of the moderation: {told}, 0 cases stuck")
    figure(f"{changes} transactions with an entry or a change: in none one stood without the other, or twice")
    with psycopg.connect(cluster.dsn) as database:
        changed = {what for (what,) in database.execute("SELECT DISTINCT what FROM g1_seen WHERE entry IS NULL")}
    figure(
        f"of {len(MOVED)} tables that ever change {len(changed)} did; not {', '.join(sorted(MOVED - changed)) or '-'}"
    )


def left(stoa: Stoa) -> str:
    """What is left of those whose account has ended, though it should be gone."""
    return stoa.manage("shell", "--verbosity", "0", "--command", goodbyes.LEFT).strip()


def astray(cluster: Cluster) -> list[tuple[list[str], list[str]]]:
    """What changed without an entry and what was told without a change, for each transaction with such."""
    with psycopg.connect(cluster.dsn) as database:
        return [found for (seen,) in database.execute(watched.TOGETHER) if (found := watched.astray(seen))]


def doubled(cluster: Cluster) -> list[str]:
    """The acts that a transaction told twice."""
    with psycopg.connect(cluster.dsn) as database:
        return [act for act, details in database.execute(watched.REPEATED) if watched.doubled(act, details)]


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
