"""Files that something of the log is written into: for the server alone, and nothing of them stays if that fails."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings


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
    `BlockingIOError` where another is at it.
    """
    held = os.open(folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(held)
