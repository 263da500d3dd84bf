"""Backup and restore exactly as `docs/operations.md` says: its own commands, run as they stand there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres
from tests.flows import stack
from tests.flows.stack import ROOT, fetch

pytestmark = pytest.mark.server

SECTION = (ROOT / "docs" / "operations.md").read_text().split("## Backup and restore")[1].split("\n## ")[0]


def shell(script: str, **variables: str) -> None:
    """Run a command of the page."""
    subprocess.run(["sh", "-euc", script], cwd=ROOT, env={**os.environ, **variables}, check=True, timeout=60)


def command(word: str) -> str:
    """The command of the page that begins with `word`."""
    found = re.search(rf"`({word} [^`]+)`", SECTION)
    assert found is not None
    return found[1]


def test_a_running_stoa_s_backup_brings_people_rooms_and_log_back(tmp_path: Path) -> None:
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    for folder in (tmp_path / "old", tmp_path / "new", backup, keys):
        folder.mkdir(mode=0o700)
    save, restore = (
        script.replace(".venv/bin/python", shlex.quote(sys.executable))
        for script in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    )
    with stack.running(tmp_path / "old") as stoa:
        room = stoa.room("alice", "Slow Sunday")
        session = stoa.keys["alice"]
        _, push = stoa.ask("alice", "GET", "/api/v1/push/")  # which makes the key
        picture = tmp_path / "old" / "data" / "avatars" / "a" / "b.webp"
        for folder in (picture.parent.parent, picture.parent):
            folder.mkdir(mode=0o700)
        picture.write_bytes(b"a face")
        shell(save, STOA_DATA=stoa.environment["STOA_DATA"], BACKUP=str(backup), KEYS_BACKUP=str(keys))
    new = tmp_path / "new" / "data"
    new.mkdir(mode=0o700)
    assert [path.name for path in keys.iterdir()] == ["keys.tar"]
    assert b"log-" not in (backup / "data.tar").read_bytes()
    shell(restore, STOA_DATA=str(new), BACKUP=str(backup), KEYS_BACKUP=str(keys))
    kept = {path.name for path in new.iterdir()}
    assert kept >= {"stoa.sqlite3", "secret_key", "push_key", "avatars", "keys"}
    assert not [name for name in kept if name.startswith(("valkey", "beat", "lock", "stoa.sqlite3-"))]
    assert {path.name for path in new.iterdir() if path.stat().st_mode & 0o077} == set()
    assert (new / "avatars" / "a" / "b.webp").read_bytes() == b"a face"
    with stack.running(tmp_path / "new") as stoa:
        cookie = {"Cookie": f"sessionid={session}"}
        status, cards = fetch("GET", f"{stoa.url}/api/v1/rooms/", cookie)
        assert (status, [card["id"] for card in cards["results"]]) == (200, [room])
        assert fetch("GET", f"{stoa.url}/api/v1/push/", cookie)[1] == push


def test_a_postgresql_dump_brings_the_log_back_and_it_is_still_insert_only(tmp_path: Path) -> None:
    programs = max(postgres.BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", "BACKUP": str(tmp_path)}
    manage = f"{shlex.quote(sys.executable)} manage.py"
    with postgres.running() as old, postgres.running() as new:
        stoa = {"STOA_DATA": str(tmp_path), "SECRET_KEY": "k" * 50, "DATABASE_URL": old.url}
        shell(f"{manage} migrate --verbosity 0", **stoa)
        shell(f"{manage} create_user alice > /dev/null", **stoa)
        shell(command("pg_dump"), **variables, DATABASE_URL=old.url)
        shell(command("pg_restore"), **variables, DATABASE_URL=new.url)
        shell(f"{manage} migrate --check", **{**stoa, "DATABASE_URL": new.url})
        ask = ["psql", "--tuples-only", "--no-align", "--dbname", new.url, "--command"]
        table = "audit_entry"
        environment = {**os.environ, **variables}
        found = subprocess.run(
            [*ask, f"SELECT count(*) FROM {table}"], env=environment, capture_output=True, text=True, check=True
        )
        assert int(found.stdout) > 0
        erased = subprocess.run(
            [*ask, f"DELETE FROM {table}"], env=environment, capture_output=True, text=True, check=False
        )
        assert erased.returncode != 0
