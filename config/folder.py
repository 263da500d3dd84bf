"""The data folder: one place for the database, the keys, the Valkey socket and the lock of a running server."""

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.environment import Environment, SettingsError
from moderation.audit import keyfile

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes on Linux, 103 on macOS


def path(variables: Mapping[str, str]) -> Path:
    """The data folder: STOA_DATA, or `data` beside manage.py."""
    default = Path(__file__).resolve().parent.parent / "data"
    return Path(Environment(variables).text("STOA_DATA", str(default))).resolve()


def prepare(data: Path) -> None:
    """Make the data folder (0700) and, if it is missing, the key in it that signs sessions (0600)."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        keyfile.kept(data / "secret_key", secrets.token_urlsafe(64).encode)
    except OSError as error:
        raise SettingsError("STOA_DATA", f"cannot be written: {error}") from error


def valkey_socket(data: Path) -> Path:
    """Where the private Valkey listens: in the data folder, or in a short private one where that path is too long."""
    near = data / "valkey.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"stoa-{os.getuid()}-{name}" / "valkey.sock"


def prepare_socket_folder(data: Path) -> None:
    """Make the folder of `valkey_socket(data)`; refuses one that somebody else could write to."""
    folder = valkey_socket(data).parent
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SettingsError("STOA_DATA", f"has a long path, and {folder} in its place is not ours alone")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder for this process; a second server on it is refused. The kernel frees it when we die."""
    with (data / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise SettingsError("STOA_DATA", f"{data} is in use by process {file.read().strip()}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
