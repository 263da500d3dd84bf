"""`manage.py serve` while it starts; what it does once everything runs is told in `tests/flows/test_serve.py`."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from config import children, ports
from config.environment import SettingsError
from config.management.commands import serve
from config.supervisor import Child

SLEEPER = ("sh", "-c", 'echo $$ > "$0"; exec sleep 60')


@pytest.fixture
def note(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the web's process id is written: there is nothing else to start, and this web never opens its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT = probe.getsockname()
    for name, made in {"slow": [], "media": [], "web": Child("web", (*SLEEPER, str(tmp_path / "pid")))}.items():
        monkeypatch.setattr(children, name, lambda made=made: made)
    for name in ("_answering_redis", "prepare"):
        monkeypatch.setattr(serve, name, lambda: None)
    monkeypatch.setattr(serve, "_private_valkey", lambda: False)
    return tmp_path / "pid"


def web(note: Path) -> int:
    """The web's process id; 0 as long as there was none."""
    return int((note.exists() and note.read_text()) or 0)


async def served(out: StringIO, stop_when: Callable[[], object]) -> None:
    """Nothing, once a `serve` that was told to stop at that moment has ended."""
    serving = asyncio.create_task(serve.Command(stdout=out)._serve())
    async with asyncio.timeout(10):
        while not stop_when():  # noqa: ASYNC110  # other processes set no Event of ours
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await serving


async def test_told_to_stop_before_the_web_has_opened_it_ends_what_runs(note: Path) -> None:
    out = StringIO()
    await served(out, lambda: web(note))
    assert out.getvalue() == "Stopping ...\n"
    with pytest.raises(ProcessLookupError):
        os.kill(web(note), 0)


async def test_told_to_stop_while_the_database_is_brought_up_to_date_it_starts_nothing_more(
    note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def migrate() -> None:
        begun.set()
        goes_on.wait(10)

    monkeypatch.setattr(serve, "prepare", migrate)
    await served(StringIO(), begun.is_set)
    goes_on.set()
    await asyncio.sleep(0.05)
    assert not web(note)


async def test_what_keeps_it_from_starting_is_said(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise SettingsError("REDIS_URL", "leads to no Redis")

    monkeypatch.setattr(serve, "_answering_redis", away)
    with pytest.raises(SettingsError, match="REDIS_URL leads to no Redis"):
        await serve.Command(stdout=StringIO())._serve()
    assert not web(note)


def test_a_variable_that_nobody_reads_is_said_before_anything_starts(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held() -> None:
        raise SettingsError("STOA_HTTP_PORT", "is held")

    settings.STOA_DATA = tmp_path
    monkeypatch.setattr(ports, "check_all", held)
    monkeypatch.setenv("STOA_UDP_PROT", "7900")
    said = StringIO()
    with pytest.raises(SettingsError, match="is held"):
        serve.Command(stderr=said).handle()
    assert said.getvalue() == "STOA_UDP_PROT is not known; did you mean STOA_UDP_PORT?\n"
