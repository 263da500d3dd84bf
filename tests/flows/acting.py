"""Who acts on a Stoa that is being killed: server processes of ours, and members who call its API."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flows.stack import ROOT, Stoa

ACTORS, CALLERS = 3, 2
UIDS = "from accounts.models import User; print(*User.objects.values_list('uid', flat=True))"
NAMES = [f"g1_{number}" for number in range(12)]


class Tally:
    """What became of every act, one character for each: `+` done, `-` refused, `!` not possible just then."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._end = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, sign: str) -> None:
        os.write(self._end, sign.encode())

    def done(self) -> int:
        return self.file.stat().st_size

    def close(self) -> str:
        os.close(self._end)
        return self.file.read_text()


class Actors:
    """Server processes that act, and are begun again when they were killed."""

    def __init__(self, stoa: Stoa, tally: Tally, chance: random.Random) -> None:
        self.stoa, self.tally, self.chance, self.seed = stoa, tally, chance, 0
        self.log = tally.file.with_suffix(".log")
        self.processes: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        self.seed += 1
        command = [sys.executable, "-m", "tests.flows.actor", str(self.seed), str(self.tally.file)]
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, env=self.stoa.environment, stdout=log, stderr=subprocess.STDOUT)
            )

    def kill(self) -> None:
        process = self.processes.pop(self.chance.randrange(len(self.processes)))
        assert process.poll() is None, self.log.read_text()[-2000:]
        process.send_signal(signal.SIGKILL)
        process.wait()


class Callers:
    """Members who act through the web tier, over HTTP, each call a request of its own."""

    def __init__(self, stoa: Stoa, tally: Tally) -> None:
        self.stoa, self.tally, self.over = stoa, tally, threading.Event()
        self.uids = stoa.manage("shell", "--verbosity", "0", "--command", UIDS).split()
        self.threads = [threading.Thread(target=self._call, args=[seed]) for seed in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def _call(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.over.is_set():
            name, uid = chance.choice(NAMES), chance.choice(self.uids)
            ways = (
                ("PATCH", "/api/v1/me/", {"theme": chance.choice(["light", "dark", "system"])}),
                ("POST", "/api/v1/blocks/", {"uid": uid}),
                ("DELETE", f"/api/v1/blocks/{uid}/", None),
                ("POST", "/api/v1/rooms/", {"title": "Owls", "access": "open"}),
            )
            self.tally.add(self._sign(name, *chance.choice(ways)))

    def _sign(self, name: str, method: str, path: str, body: object) -> str:
        try:
            status, _ = self.stoa.ask(name, method, path, body)
        except OSError:  # killed, or about to be begun again
            self.over.wait(0.05)
            return "!"
        return "+" if status < 300 else "-" if status < 500 else "!"

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


@contextmanager
def acting(stoa: Stoa, folder: Path, chance: random.Random) -> Iterator[tuple[Actors, Tally]]:
    """Everybody acts, until the end of the block."""
    stoa.sign_in(*NAMES)
    tally = Tally(folder / "tally")
    actors, callers = Actors(stoa, tally, chance), Callers(stoa, tally)
    try:
        for _ in range(ACTORS):
            actors.begin()
        yield actors, tally
    finally:
        callers.stop()
        while actors.processes:
            actors.kill()
