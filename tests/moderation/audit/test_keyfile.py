"""Files of keys that several processes ask for at once, and that a process dies over."""

import os
import secrets
from pathlib import Path
from unittest.mock import patch

import pytest

from moderation.audit import keyfile
from tests.processes import DIED, at_once, killed

KEY = b"a key of which half is no key"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "key"


def test_what_was_made_once_is_read_ever_after_and_for_the_server_alone(file: Path) -> None:
    assert [keyfile.kept(file, lambda: KEY), keyfile.kept(file, lambda: b"another")] == [KEY, KEY]
    assert file.stat().st_mode & 0o777 == 0o600


def test_whoever_only_reads_a_key_needs_no_right_to_write_beside_it(file: Path) -> None:
    file.write_bytes(KEY)
    with patch.object(keyfile, "locked", side_effect=PermissionError):
        assert keyfile.kept(file, lambda: b"another") == KEY


def test_of_several_processes_that_ask_at_once_one_makes_the_key_and_all_have_it(file: Path) -> None:
    def make() -> bytes:
        (file.parent / f"made by {os.getpid()}").touch()
        return secrets.token_bytes(32)

    assert set(at_once(lambda: keyfile.kept(file, make))) == {file.read_bytes()}
    assert len(list(file.parent.glob("made by *"))) == 1


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.rename"])
def test_whoever_dies_over_it_leaves_nothing_that_is_read_and_keeps_nobody_waiting(file: Path, step: str) -> None:
    with patch(step, lambda *_: os._exit(DIED)):
        killed(lambda: keyfile.kept(file, lambda: b"lost"))
    assert not file.exists()
    assert keyfile.kept(file, lambda: KEY) == KEY
    assert {path.name for path in file.parent.iterdir()} == {"key", ".lock"}


def test_the_whole_key_is_on_the_disk_before_it_has_its_name(file: Path) -> None:
    synced: list[tuple[int, bool]] = []

    def sync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size, file.exists()))

    with patch.object(os, "fsync", sync):
        keyfile.write(file, KEY)
    assert synced[0] == (len(KEY), False)
    assert [there for _, there in synced] == [False, True], "and then the name"
