"""Files that are whole or not there, and for the server alone."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import pytest

from moderation.audit import draft


def test_a_file_is_there_once_it_is_whole_and_for_the_server_alone(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with draft.whole(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"whole", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_of_one_that_fails_nothing_is_left_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"older")
    with pytest.raises(TypeError), draft.whole(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]  # fails behind the first
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_one_without_a_name_stands_in_no_folder() -> None:
    with draft.nameless() as file:
        file.write(b"nobody's")
        told = os.fstat(file.fileno())
        assert (told.st_nlink, stat.S_IMODE(told.st_mode)) == (0, 0o600)
        assert list(draft.folder().iterdir()) == []
    assert stat.S_IMODE(draft.folder().stat().st_mode) == 0o700


def test_one_bundle_is_made_at_a_time_and_the_next_when_it_is_done_or_failed() -> None:
    with draft.alone(), pytest.raises(BlockingIOError), draft.alone():
        pytest.fail("two at once")
    with pytest.raises(ZeroDivisionError), draft.alone():
        raise ZeroDivisionError
    with draft.alone():
        assert list(draft.folder().iterdir()) == []


def share(_held: int, _how: int) -> None:
    """As the kernel answers for a folder on NFS, where only what is open for writing can be held."""
    raise OSError(errno.EBADF, "Bad file descriptor")


@pytest.mark.parametrize(
    ("module", "call", "does"),
    [
        (fcntl, "flock", share),
        (os, "access", lambda *_: False),
        (os, "open", Mock(side_effect=OSError(errno.EROFS, "Read-only file system"))),
    ],
)
def test_a_folder_that_is_a_network_share_or_read_only_is_refused_with_what_to_do_about_it(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, call: str, does: Callable[..., object]
) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patched:
        patched.setattr(module, call, does)
        with pytest.raises(draft.FolderError, match="a disk of this machine, not on a network share"), draft.alone():
            pytest.fail("nobody holds it")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with draft.alone():
        assert list(draft.folder().iterdir()) == []
