"""Files of keys: made when they are first asked for, by one of all who ask, and never half there."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def kept(file: Path, make: Callable[[], bytes]) -> bytes:
    """What is in the file. Where there is none, `make` gives it: of all who ask at once, the first makes it for all."""
    if not file.exists():
        with locked(file.parent):
            if not file.exists():
                write(file, make())
    return file.read_bytes()


def write(file: Path, content: bytes) -> None:
    """Write the file, for the server alone. It appears complete or not at all, and stays after a loss of power."""
    draft = file.with_name(f".{file.name}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    draft.rename(file)
    sync(file.parent)


def sync(folder: Path) -> None:
    """Nothing, once the names in the folder are on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path, name: str = ".lock") -> Iterator[None]:
    """Within it one has the folder before all others who ask for that by this name. The kernel frees it when we die."""
    with (folder / name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
