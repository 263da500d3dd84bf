"""The log of a suspended server, taken out."""

import hashlib
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actions.switches import pull
from accounts.models import Lever, Switch, User
from moderation.actions.closing import keep_log
from moderation.audit import draft, sequence, verify
from moderation.audit.source import Source
from rooms.models import Room, State
from tests.log import entry
from tests.rooms.scenes import a_room

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Source.internal("celery")


@pytest.fixture
def suspended(alice: User) -> datetime:
    """When the server was suspended, over an hour ago; its one room has ended and the log is sealed."""
    a_room(alice)
    at = timezone.now() - timedelta(hours=1)
    pull(Lever.SERVER, by=alice, now=at, source=SOURCE, reason="operation", note="We move.")
    Room.objects.update(state=State.ENDED)
    sequence.seal(timezone.now())
    return at


def exports(settings: Settings) -> list[Path]:
    return sorted((Path(settings.STOA_DATA) / "exports").glob("*"))


def test_the_bundle_verifies_alone_and_tells_of_nobody(suspended: datetime, alice: User, settings: Settings) -> None:
    path = keep_log(timezone.now(), source=SOURCE)
    assert path is not None
    assert exports(settings) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Switch.objects.get().export == path.name == f"stoa-{suspended:%Y%m%dT%H%M%SZ}.zip"
    assert entry(action="power.export").detail == {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert alice.uid.encode() not in b"".join(_contents(path))
    assert verify.main([str(path)]) == 0


def _contents(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.usefixtures("suspended")
def test_it_is_written_once(settings: Settings) -> None:
    path = keep_log(timezone.now(), source=SOURCE)
    assert keep_log(timezone.now(), source=SOURCE) is None
    assert exports(settings) == [path]


@pytest.mark.usefixtures("suspended")
def test_it_waits_while_another_bundle_is_made_and_nothing_changed(settings: Settings) -> None:
    with draft.alone():
        assert keep_log(timezone.now(), source=SOURCE) is None
    assert exports(settings) == []
    assert Switch.objects.get().export == ""
    assert keep_log(timezone.now(), source=SOURCE) is not None


@pytest.mark.usefixtures("suspended")
def test_of_two_workers_at_once_the_slower_leaves_the_file_whose_digest_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = draft.alone

    @contextmanager
    def second() -> Iterator[None]:
        monkeypatch.setattr(draft, "alone", alone)
        assert keep_log(timezone.now(), source=SOURCE) is not None
        with alone():
            yield

    monkeypatch.setattr(draft, "alone", second)
    assert keep_log(timezone.now(), source=SOURCE) is None
    (path,) = exports(settings)
    assert entry(action="power.export").detail == {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_it_waits_for_the_last_room_and_its_seal(suspended: datetime, settings: Settings) -> None:
    assert keep_log(suspended + timedelta(seconds=89.9), source=SOURCE) is None
    Room.objects.update(state=State.LIVE)
    assert keep_log(timezone.now(), source=SOURCE) is None
    assert exports(settings) == []
    Room.objects.update(state=State.ENDED)
    assert keep_log(suspended + timedelta(seconds=90), source=SOURCE) is not None


@pytest.mark.django_db
def test_a_server_that_goes_on_keeps_no_bundle(settings: Settings) -> None:
    assert keep_log(timezone.now(), source=SOURCE) is None
    assert exports(settings) == []
