"""Who acts on a Stoa that is being killed: server processes of ours, members and staff who call it over HTTP."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.flows.desk import SIT_DOWN
from tests.flows.stack import ROOT, Stoa

ACTORS, CALLERS = 3, 2
UIDS = "from accounts.models import User; print(*User.objects.values_list('uid', flat=True))"
NAMES = [f"g1_{number}" for number in range(12)]
STAFF = {"g1_0": "senior", "g1_1": "senior", "g1_2": "senior", "g1_3": "moderator"}
CASE, ACT = r'href="(/console/cases/\d+/)"', r'action="(/console/cases/\d+/[^"]+)"'
"""What a page of the console links to, and what it lets one do."""
FORM = {
    "policy": "spam",
    "facts": "He was loud at night.",
    "ground": "terms",
    "result": "overturned",
    "reasons": "We listened again.",
    "reason": "One has to hear it.",
}
"""What the forms of a case ask for."""


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
        assert process.poll() is None, self._words()[-4000:]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Nothing: nobody acts any more, also where one fell."""
        fallen = [process for process in self.processes if process.poll() is not None]
        for process in self.processes:
            process.kill()
            process.wait()
        assert not fallen, self._words()[-4000:]

    def _words(self) -> str:
        """What the actors wrote that is no line of the server's log: why one fell."""
        return "\n".join(line for line in self.log.read_text().splitlines() if not line.startswith("{"))


class Callers:
    """Members and staff who act through the web tier, over HTTP: each act is a request, or a page and its form."""

    def __init__(self, stoa: Stoa, tally: Tally) -> None:
        self.stoa, self.tally, self.over = stoa, tally, threading.Event()
        self.uids = stoa.manage("shell", "--verbosity", "0", "--command", UIDS).split()
        self.ways = (self._theme, self._block, self._unblock, self._open, self._report, self._work, self._appeal)
        self.threads = [threading.Thread(target=self._call, args=[seed]) for seed in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def _call(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.over.is_set():
            self.tally.add(self._sign(chance))

    def _sign(self, chance: random.Random) -> str:
        try:
            status = chance.choice(self.ways)(chance)
        except (OSError, HTTPException):  # killed, or about to be begun again
            self.over.wait(0.05)
            return "!"
        return "+" if status < 300 else "-" if status < 500 else "!"

    def _ask(self, chance: random.Random, method: str, path: str, **body: object) -> int:
        return self.stoa.ask(chance.choice(NAMES), method, path, body)[0]

    def _theme(self, chance: random.Random) -> int:
        return self._ask(chance, "PATCH", "/api/v1/me/", theme=chance.choice(["light", "dark", "system"]))

    def _block(self, chance: random.Random) -> int:
        return self._ask(chance, "POST", "/api/v1/blocks/", uid=chance.choice(self.uids))

    def _unblock(self, chance: random.Random) -> int:
        return self._ask(chance, "DELETE", f"/api/v1/blocks/{chance.choice(self.uids)}/")

    def _open(self, chance: random.Random) -> int:
        return self._ask(chance, "POST", "/api/v1/rooms/", title="Owls", access="open")

    def _report(self, chance: random.Random) -> int:
        return self._ask(chance, "POST", f"/api/v1/people/{chance.choice(self.uids)}/reports/", policy="spam")

    def _work(self, chance: random.Random) -> int:
        """One of the staff takes a case from a shelf, and does one of the things that its page offers."""
        clerk, shelf = chance.choice(list(STAFF)), chance.choice(["open", "mine", "mine", "appeals"])
        path = f"/console/cases/?shelf={shelf}"
        for link in (CASE, ACT):
            status, text = self.stoa.page(clerk, path)
            found = sorted(set(re.findall(link, text)))
            if not found:
                return status
            path = chance.choice(found)
        return self.stoa.page(clerk, path, FORM | {"measure": chance.choice(["none", "warn", "mute", "remove"])})[0]

    def _appeal(self, chance: random.Random) -> int:
        """A member reads a decision on them, and appeals if that can be done."""
        name = chance.choice(NAMES)
        status, text = self.stoa.page(name, "/privacy/decisions/")
        found = re.findall(r'href="(/privacy/decisions/\d+/)"', text)
        if not found:
            return status
        path = chance.choice(found)
        self.stoa.page(name, path)
        return self.stoa.page(name, f"{path}appeal/", {"words": "It was an owl."})[0]

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def put_on_staff(stoa: Stoa) -> None:
    """Nothing: those in `STAFF` may work in the console by HTTP."""
    told = {"roles": STAFF, "keys": stoa.sign_in(*STAFF)}
    stoa.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % told)


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
        actors.end()
