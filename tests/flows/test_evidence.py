"""A reported minute, in the whole of Stoa: it is evidence within two seconds, and nothing else is kept anywhere."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.joins import HOST, Crowd
from benchmarks.product import Product, product
from benchmarks.servers import ROOT
from config.folder import valkey_socket
from tests.canary import Singer, cores, dumping, found_on, overheard, sings
from tests.flows.stack import fetch
from tests.rooms.sfu.harness import until

pytestmark = pytest.mark.server

SEALED_WITHIN = 2.0
LISTENER, REPORTER = 1, 2
OPEN = """
import json
from moderation.actions import evidence
from moderation.models import Evidence
track = Evidence.objects.select_related("case", "freeze").get()
print(json.dumps({"said": [one.payload.hex() for one in evidence.unsealed(track)], "name": track.user.username}))
"""


@pytest.fixture
def stoa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")  # not those of this test run
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with dumping(), product(tmp_path, 3) as it:
        yield it


def report(stoa: Product, member: int) -> None:
    """The reporter taps on a reason."""
    cookie = f"{stoa.sessions[REPORTER]}; csrftoken={'c' * 32}"
    headers = {"Cookie": cookie, "Content-Type": "application/json", "X-CSRFToken": "c" * 32, "Referer": stoa.url}
    body = json.dumps({"policy": "harassment", "member": member}).encode()
    status, answer = fetch("POST", f"{stoa.url}/api/v1/rooms/{stoa.room}/reports/", headers, body)
    assert status == 201, answer


def sealed(folder: Path) -> list[str]:
    """The files that are evidence by now."""
    with closing(sqlite3.connect(f"file:{folder}/stoa.sqlite3?mode=ro", uri=True)) as database:
        return [name for (name,) in database.execute("SELECT file FROM moderation_evidence")]


def opened(folder: Path) -> Any:
    """What the case's key opens, beside the running server."""
    environment = {**os.environ, "STOA_DATA": str(folder)}
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", OPEN]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout.splitlines()[-1])


async def test_without_a_report_nothing_is_kept_and_with_one_only_the_speakers_minute_is(
    stoa: Product, tmp_path: Path
) -> None:
    crowd, before = Crowd(stoa), cores(ROOT)
    async with overheard(f"unix://{valkey_socket(tmp_path)}") as commands:
        speaker = Singer(await crowd.speaker(HOST))
        listener = Singer(await crowd.come_in(LISTENER))
        await listener.client.connect()
        reporter = await crowd.come_in(REPORTER)
        heard: list[object] = []
        reporter.heard = heard.append
        await reporter.connect()
        await asyncio.gather(speaker.say(100), listener.say(100))  # the listener sends too, and may not
        await until(lambda: len(heard) >= 100)
        assert found_on(tmp_path, stoa.serve) == []
        assert not (tmp_path / "evidence").exists()
        began = time.monotonic()
        await asyncio.to_thread(report, stoa, 1)
        await until(lambda: sealed(tmp_path))
        took = time.monotonic() - began
    crowd.leave()
    assert took <= SEALED_WITHIN
    assert [file.name for file in (tmp_path / "evidence").iterdir()] == sealed(tmp_path)
    found = opened(tmp_path)
    assert [bytes.fromhex(payload) for payload in found["said"]] == speaker.sent
    assert found["name"] == "light0"
    assert any("freeze" in command for command in commands)
    assert not [command for command in commands if sings(command.encode())]
    os.kill(stoa.sfu, signal.SIGABRT)
    await until(lambda: not Path(f"/proc/{stoa.sfu}").exists())
    assert cores(ROOT) == before
    assert found_on(tmp_path, stoa.serve) == []
