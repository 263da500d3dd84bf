"""Files that something of the log is written into: for the server alone, and nothing of them stays if that fails."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings


class FolderError(Exception):
    """The operator's fault: nothing can be made in the folder, or nobody can have it to themselves."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"{path} cannot be used ({error.strerror or error}). What is taken out of the log is made there: it has to "
            "be on a disk of this machine, not on a network share, and whoever runs this must be able to write to it."
        )


def folder() -> Path:
    """Where what is taken out of the log is made; made if it is not there."""
    path = Path(settings.STOA_DATA) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def nameless() -> BufferedRandom:
    """A file in that folder that has no name: whatever ends whoever holds it, nothing of it stays."""
    return TemporaryFile(dir=folder())


@contextmanager
def whole(path: Path) -> Iterator[BufferedRandom]:
    """A file to write, which is there as `path` after the block, and not at all where the block fails."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def alone() -> Iterator[None]:
    """Within it no other thread or process takes a bundle out: what room the disk has is one's own.

    The folder itself is what is held, so that no file of another owner is in the servers' way. Raises
    `BlockingIOError` where another is at it, and `FolderError` where nobody can be.
    """
    held = _held()
    try:
        yield
    finally:
        os.close(held)


def _held() -> int:
    """The folder, opened and held; as a network share, it may be neither."""
    path, held = Path(settings.STOA_DATA) / "exports", -1
    try:
        held = os.open(folder(), os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, "it cannot be written to")
    except OSError as error:
        if held >= 0:
            os.close(held)
        if isinstance(error, BlockingIOError):
            raise
        raise FolderError(path, error) from error
    return held
