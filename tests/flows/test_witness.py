"""A server with a witness of its own: it cosigns, is missed while it is away, and is heard again once it is back."""

import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from moderation.audit import keys, verify
from moderation.audit.verify import Key, Refused
from tests.flows import stack
from tests.flows.desk import SIT_DOWN
from tests.flows.stack import ROOT, Stoa, fetch, until

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]
WAIT = 30  # seconds, on a busy machine: the log is sealed every other second, and shown to the witness every five


@contextmanager
def witness(folder: Path, port: int, log: Key) -> Iterator[Key]:
    """The key of a witness that runs until the end of the block, as `docs/audit.md` begins it."""
    command = [sys.executable, "-m", "moderation.audit.witness", "--folder", str(folder), "--port", str(port)]
    with subprocess.Popen([*command, "--log", str(log)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield verify.parse_key(process.stdout.readline().strip())
        finally:
            process.terminate()


def cosigned(stoa: Stoa, by: Key, least: int) -> int:
    """The size of the published checkpoint, if this witness signed it and it is of so many entries; else 0."""
    status, text = fetch("GET", f"{stoa.url}/audit/checkpoint", {})
    if status != 200:
        return 0
    checkpoint = verify.parse_checkpoint(text.encode())
    try:
        verify.verified(checkpoint.note, [by])
    except Refused:
        return 0
    return checkpoint.size if checkpoint.size >= least else 0


def mark(stoa: Stoa) -> str:
    """What the console's page of the log says of the witness."""
    status, page = stoa.page("rita", "/console/log/")
    assert status == 200
    return str(re.findall(r'<span class="pill \w+">([^<]*)<', page.partition('id="state-h"')[2])[-1])


def figure(stoa: Stoa, name: str) -> float:
    text = fetch("GET", f"{stoa.url}/metrics", {})[1]
    (value,) = re.findall(rf"^{name}\{{.*\}} (\S+)$", text, re.MULTILINE)
    return float(value)


def act(stoa: Stoa, theme: str) -> None:
    """Nothing: the log has one more entry."""
    assert stoa.ask("rita", "PATCH", "/api/v1/me/", {"theme": theme})[0] == 204


def rested(stoa: Stoa) -> None:
    """Nothing: the minute is over for which a witness that did not answer is left alone."""
    with closing(sqlite3.connect(Path(stoa.environment["STOA_DATA"]) / "stoa.sqlite3", timeout=20)) as database:
        database.execute("UPDATE audit_stream SET asked_at = NULL")
        database.commit()


def test_a_witness_cosigns_is_missed_and_comes_back(tmp_path: Path, settings: Settings) -> None:
    http, port = stack.free_port(socket.SOCK_STREAM), stack.free_port(socket.SOCK_STREAM)
    settings.STOA_DATA = tmp_path / "data"
    log = keys.new_signer(f"127.0.0.1:{http}/audit").key
    place = {"STOA_HTTP_PORT": str(http), "PUBLIC_URL": f"http://127.0.0.1:{http}"}
    with ExitStack() as present:
        eve = present.enter_context(witness(tmp_path / "witness", port, log))
        with stack.running(tmp_path, STOA_WITNESSES=f"http://127.0.0.1:{port} {eve}", **place) as stoa:
            told = {"roles": {"rita": "reviewer"}, "keys": stoa.sign_in("rita")}
            stoa.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % told)
            signed = until("the witness signs", lambda: cosigned(stoa, eve, least=3), WAIT)
            until("the console says so", lambda: mark(stoa) == "Agrees")
            assert figure(stoa, "stoa_witness_signed_seconds") < 60

            present.close()
            act(stoa, "dark")
            until("it is missed", lambda: mark(stoa) == "Away", WAIT)

            with witness(tmp_path / "witness", port, log) as again:
                rested(stoa)
                act(stoa, "light")
                until("it signs again", lambda: cosigned(stoa, again, least=signed + 2), WAIT)
                assert again == eve
                until("the console says so", lambda: mark(stoa) == "Agrees")
            assert figure(stoa, "stoa_witness_contradicts") == 0.0
