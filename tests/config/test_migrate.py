"""The owner migrates and prunes; the role that the servers use may add to the log, and do no more to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import children
from tests import postgres
from tests.postgres import Cluster

pytestmark = [pytest.mark.server, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
WRITE = """
from django.db import transaction
from moderation.audit.record import record
from moderation.audit.source import Source
with transaction.atomic():
    record("room.open", source=Source("192.0.2.7"), actor="a11ce")
"""
MADE = """
SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, substring(rolpassword FOR 14)
FROM pg_authid WHERE rolname = 'stoa_app'
"""
LOOK = "from config import doctor; finding = doctor.log(); print(finding.level, finding.text)"
SEAL = "from django.utils import timezone; from moderation.audit.sequence import seal; print(seal(timezone.now()))"
AGE = "ALTER TABLE audit_entry DISABLE TRIGGER ALL; UPDATE audit_entry SET recorded_at = now() - interval '500 days';"
AGE += "ALTER TABLE audit_entry ENABLE TRIGGER ALL"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgres.running() as running:
        yield running


def manage(cluster: Cluster, folder: Path, *command: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """What `manage.py COMMAND` says where the servers' role is `stoa_app`."""
    url = f"postgres://stoa_app:seven-herons@/postgres?host={cluster.folder}"
    environment = {**os.environ, "STOA_DATA": str(folder), "SECRET_KEY": "x" * 60, "DATABASE_URL": url, **extra}
    asked = [sys.executable, "manage.py", *command]
    return subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_owner_migrates_and_prunes_and_the_servers_only_add_to_the_log(cluster: Cluster, tmp_path: Path) -> None:
    owner = {"DATABASE_OWNER_URL": cluster.url}
    for _ in range(2):
        migrated = manage(cluster, tmp_path, "migrate", **owner)
        assert migrated.returncode == 0, migrated.stderr
    assert manage(cluster, tmp_path, "migrate", "accounts", "zero").returncode != 0
    with psycopg.connect(cluster.dsn) as database:
        assert database.execute(MADE).fetchone() == (True, False, False, False, "SCRAM-SHA-256$")
    for code in (WRITE, SEAL):
        done = manage(cluster, tmp_path, "shell", "--command", code)
        assert done.returncode == 0, done.stderr
    said = manage(cluster, tmp_path, "shell", "--verbosity", "0", "--command", LOOK, **owner).stdout
    assert said.startswith("ok the role stoa_app adds to the log, and can do no more; migrate and audit prune run as ")
    with psycopg.connect(f"host={cluster.folder} dbname=postgres user=stoa_app", autocommit=True) as servers:
        for statement in ("UPDATE audit_entry SET reason = ''", "DELETE FROM audit_leaf", "TRUNCATE audit_checkpoint"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                servers.execute(statement)
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        database.execute(AGE)
    assert manage(cluster, tmp_path, "audit", "prune").stdout == "0 entries went.\n"
    assert manage(cluster, tmp_path, "audit", "prune", **owner).stdout == "1 entries went.\n"


def test_an_owner_who_may_make_no_role_is_told_how_it_is_made(cluster: Cluster, tmp_path: Path) -> None:
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        database.execute("CREATE ROLE poor LOGIN")
        database.execute("CREATE DATABASE poor OWNER poor")
    at = f"@/poor?host={cluster.folder}"
    roles = {"DATABASE_URL": f"postgres://nobody_yet:nine-owls{at}", "DATABASE_OWNER_URL": f"postgres://poor{at}"}
    said = manage(cluster, tmp_path, "migrate", **roles)
    assert said.returncode == 1
    assert "CREATE ROLE nobody_yet LOGIN PASSWORD '...', as somebody who may, and migrate again" in said.stderr
    logged = (cluster.folder / "log").read_text(encoding="utf-8")
    assert 'CREATE ROLE "nobody_yet" LOGIN PASSWORD \'SCRAM-SHA-256$' in logged
    assert "nine-owls" not in logged
    with psycopg.connect(cluster.dsn, autocommit=True) as database:
        database.execute("CREATE ROLE nobody_yet LOGIN")
    assert manage(cluster, tmp_path, "migrate", **roles).returncode == 0


def test_where_the_owner_serves_doctor_warns(cluster: Cluster, tmp_path: Path) -> None:
    both = {"DATABASE_URL": cluster.url}
    assert manage(cluster, tmp_path, "migrate", **both).returncode == 0
    said = manage(cluster, tmp_path, "shell", "--verbosity", "0", "--command", LOOK, **both).stdout
    assert said.startswith("warn")
    assert "only triggers stand before it" in said


def test_what_serves_members_does_not_know_the_owner() -> None:
    for child in (children.sealer(), *children.slow(), children.web()):
        assert child.environment["DATABASE_OWNER_URL"] == child.environment["DATABASE_OWNER_URL_FILE"] == ""
