"""A private PostgreSQL in a temporary folder.

`python -m tests.postgres COMMAND ...` runs COMMAND with its DATABASE_URL.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")
OPTIONS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """One PostgreSQL server of our own, reached through a unix socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = max(BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
        self.owner = "postgres" if os.getuid() == 0 else None  # PostgreSQL will not run as root
        if self.owner:
            shutil.chown(folder, self.owner)

    @property
    def url(self) -> str:
        """The value for DATABASE_URL."""
        return self.url_of(self.owner or pwd.getpwuid(os.getuid()).pw_name)

    def url_of(self, role: str) -> str:
        """The same for another role."""
        return f"postgres://{role}@/postgres?host={self.folder}"

    @property
    def dsn(self) -> str:
        """The same, as psycopg takes it."""
        user = self.owner or pwd.getpwuid(os.getuid()).pw_name
        return f"host={self.folder} dbname=postgres user={user}"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])

    def create(self) -> None:
        """Make an empty database without passwords."""
        self._run("initdb", "--pgdata", "data", "--auth", "trust", "--encoding", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start the server and return once it takes connections."""
        options = f"{OPTIONS} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "--pgdata", "data", "--log", "log", "--options", options, "--wait", "start")

    def stop(self) -> None:
        """Stop the server, whatever still uses it."""
        self._run("pg_ctl", "--pgdata", "data", "--mode", "immediate", "--wait", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / name, *arguments],
            cwd=self.folder,
            user=self.owner,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster that runs, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="stoa-pg-") as folder:
        cluster = Cluster(Path(folder))
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def main(command: Sequence[str]) -> int:
    """The exit status of `command`, run with the DATABASE_URL of a private PostgreSQL."""
    with running() as cluster:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": cluster.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
