"""Bundles that leave through a browser: bounded, refused with nothing left, and read as they are sent."""

import asyncio
import errno
import io
import os
import shutil
import stat
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from pytest_django.fixtures import Settings
from structlog.testing import capture_logs

from accounts.models import User
from config.threads import Handler
from moderation.audit import draft, export, keys, sequence, verify
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import LawfulRequest
from moderation.staff import Role
from moderation.views import download
from moderation.views.download import Download
from moderation.words import REFUSALS
from tests.accounts.pages import text
from tests.log import entries, entry
from tests.moderation.cast import at_console
from tests.moderation.views.test_lawful import approved

BUNDLE = "/console/log/bundle.zip"
BLOCK = 1 << 16


@pytest.fixture
def rita(alice: User) -> Client:
    """A reviewer at her browser; the log is sealed."""
    client = at_console(alice, Role.REVIEWER)
    sequence.seal(timezone.now())
    return client


def left(settings: Settings) -> list[str]:
    """What of files there is in the folder, or open without a name."""
    folder = Path(settings.STOA_DATA) / "exports"
    opened = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    named = folder.iterdir() if folder.exists() else ()
    return [*map(str, named), *(str(name) for name in opened if name.is_relative_to(folder))]


def few(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(download, "MOST", 1)
    return "too many for one file"


def no_room(monkeypatch: pytest.MonkeyPatch) -> str:
    usage = SimpleNamespace(free=download.SPARE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    return "has no room"


def full_meanwhile(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(draft, "nameless", partial(Path("/dev/full").open, "w+b", buffering=0))
    return "has no room"


REASONS = pytest.mark.parametrize("reason", [few, no_room, full_meanwhile])


@REASONS
def test_evidence_that_there_is_no_room_for_is_refused_and_nothing_left(
    rita: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, reason: Any
) -> None:
    words = reason(monkeypatch)
    banner = text(rita.get(BUNDLE, follow=True)).partition('<p class="banner danger')[2].partition("</p>")[0]
    assert words in banner
    assert "hoose a shorter time" in banner
    assert ("manage.py audit export" in banner) == (reason is few)
    assert left(settings) == []
    assert entry(action="log.export", result="refused").reason in {"too_long", "disk_full"}


@REASONS
def test_what_was_asked_for_by_law_is_refused_likewise_and_may_still_be_exported(
    alice: User, bob: User, carol: User, settings: Settings, monkeypatch: pytest.MonkeyPatch, reason: Any
) -> None:
    console, asked = at_console(alice, Role.SENIOR), approved(alice, carol, bob)
    sequence.seal(timezone.now())
    with monkeypatch.context() as patched:
        words = reason(patched)
        assert words in text(console.post(f"/console/lawful/{asked.pk}/export/", follow=True))
    assert left(settings) == []
    assert LawfulRequest.objects.get().exported_at is None
    assert entries(action="lawful.export", result="ok") == []
    assert console.post(f"/console/lawful/{asked.pk}/export/").streaming


def test_while_one_file_is_made_another_is_refused_and_both_are_had_one_after_the_other(
    rita: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, whole = list[str](), export.export

    def meanwhile(*args: Any, **how: Any) -> int:
        said.append(text(rita.get(BUNDLE, follow=True)))
        return whole(*args, **how)

    with monkeypatch.context() as patched:
        patched.setattr(export, "export", meanwhile)
        first: Any = rita.get(BUNDLE)
    (page,) = said
    assert "Another such file is being made" in page
    assert entry(action="log.export", result="refused").reason == "another_made"
    second: Any = rita.get(BUNDLE)
    assert first.streaming
    assert second.streaming
    for answer in (first, second):
        answer.close()
    assert left(settings) == []


def test_what_a_file_takes_while_it_is_sent_is_room_that_the_next_one_has_not(
    rita: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is written when the second looks for room, so the disk itself tells of it."""
    looked: list[int] = []
    real = shutil.disk_usage

    def usage(path: Path) -> Any:
        looked.append(sum(sizes()))
        return real(path)

    def sizes() -> list[int]:
        opened = [one for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
        return [one.stat().st_size for one in opened if "exports" in str(one.readlink())]

    monkeypatch.setattr(shutil, "disk_usage", usage)
    first: Any = rita.get(BUNDLE)
    second: Any = rita.get(BUNDLE)
    assert looked[1] > looked[0]
    first.close()
    second.close()


def test_where_there_is_no_folder_to_make_it_in_it_is_refused_and_the_servers_log_says_why(
    rita: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as lines, monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)
        page = text(rita.get(BUNDLE, follow=True))
    assert "cannot write to the folder" in page
    assert any(line["event"] == "no_folder" and line["exc_info"] for line in lines)
    assert entry(action="log.export", result="refused").reason == "no_folder"
    assert left(settings) == []


def test_another_fault_of_the_disk_is_no_refusal(rita: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **_how: object) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(export, "export", broken)
    with pytest.raises(OSError, match="broken"):
        rita.get(BUNDLE)


def test_the_refusals_name_the_bound() -> None:
    for code in ("too_long", "scope_too_wide"):
        assert f"{download.MOST:,}" in str(REFUSALS[code])


def test_a_bundle_is_made_for_the_server_alone_and_under_no_name(
    rita: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = draft.nameless()
    monkeypatch.setattr(draft, "nameless", lambda: made)
    answer = rita.get(BUNDLE)
    told = os.fstat(made.fileno())
    assert (told.st_nlink, stat.S_IMODE(told.st_mode)) == (0, 0o600)
    assert told.st_dev == Path(settings.STOA_DATA).stat().st_dev
    assert list((Path(settings.STOA_DATA) / "exports").iterdir()) == []
    answer.close()
    assert left(settings) == []


@pytest.mark.parametrize(
    ("days", "found"), [((3, 3), ["three"]), ((3, None), ["three", "now"]), ((None, 4), ["nine"]), ((5, 4), [])]
)
def test_the_evidence_of_some_days_has_them_alone_and_verifies(
    alice: User, tmp_path: Path, days: tuple[int | None, int | None], found: list[str]
) -> None:
    today = timezone.now()
    for room, ago in (("nine", 9), ("three", 3)):
        with patch.object(timezone, "now", return_value=today - timedelta(days=ago)):
            opened_room(room)
    rita = at_console(alice, Role.REVIEWER)
    opened_room("now")
    sequence.seal(today)
    asked = dict(zip(("since", "until"), days, strict=True))
    query = {name: (today - timedelta(days=ago)).date().isoformat() for name, ago in asked.items() if ago is not None}
    data = b"".join(rita.get(BUNDLE, query).streaming_content)  # type: ignore[attr-defined]
    (tmp_path / "some.zip").write_bytes(data)
    lines = zipfile.ZipFile(io.BytesIO(data)).read("entries.jsonl").decode()
    assert [room for room in ("nine", "three", "now") if f'\\"room\\":\\"{room}\\"' in lines] == found
    verify.verify_bundle(tmp_path / "some.zip", verify.Trust(keys=tuple(keys.vkeys())))


def opened_room(room: str) -> None:
    record("room.open", source=Source.internal("command"), room=room)


@pytest.mark.parametrize("page", ["/console/log/", "/console/review/"])
def test_the_pages_ask_for_days_and_name_the_bound(rita: Client, page: str) -> None:
    card = text(rita.get(page)).partition('aria-labelledby="bundle-h"')[2]
    assert f'action="{BUNDLE}"' in card
    assert {"since", "until"} == {name for name in ("since", "until") if f'type="date" name="{name}"' in card}
    assert f"{download.MOST:,} entries" in card


def test_days_that_are_none_are_said_to_be_and_nothing_is_made(rita: Client, settings: Settings) -> None:
    page = text(rita.get(f"{BUNDLE}?since=yesterday", follow=True))
    assert "Enter a valid date." in page
    assert not (Path(settings.STOA_DATA) / "exports").exists()


# A file that an asynchronous server sends.
_files: list[Any] = []


def long(_request: HttpRequest) -> Download:
    """A view with a file of a hundred blocks."""
    file = draft.nameless()
    file.write(bytes(100 * BLOCK))
    file.seek(0)
    _files.append(file)
    return Download(file)


urlpatterns = [path("long/", long)]
OWN = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])


async def sent(parts: int | None = None) -> list[int]:
    """How far the file was read at each part of the answer; whoever asked goes after so many `parts`."""
    seen: list[int] = []
    gone = asyncio.Event()
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Mapping[str, object]:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] != "http.response.body":
            return
        seen.append(_files[-1].tell() if message.get("more_body") else 0)
        if len(seen) == parts:
            gone.set()
            await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/long/", "query_string": b"", "headers": []}
    await Handler()(scope, receive, send)
    return seen


@OWN
async def test_a_file_is_read_as_it_is_sent_and_closed_at_its_end() -> None:
    assert await sent() == [*range(BLOCK, 100 * BLOCK + 1, BLOCK), 0]
    assert _files[-1].closed


@OWN
async def test_of_a_download_that_was_cut_off_nothing_is_left(settings: Settings) -> None:
    assert len(await sent(3)) == 3
    assert _files[-1].closed
    assert await asyncio.to_thread(left, settings) == []
