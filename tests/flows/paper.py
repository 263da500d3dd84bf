"""What `docs/operations.md` tells whoever adds a machine to type and to write, and the unit of systemd in it."""

import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.flows.machines import Machine
from tests.flows.stack import ROOT

SECTION = (ROOT / "docs/operations.md").read_text().partition("\n## More machines\n")[2].partition("\n## ")[0]


@dataclass(frozen=True, slots=True)
class Paper:
    """What the operator is told to type and to write, with this run's own folders and passwords in it."""

    ours: Mapping[str, str]

    def block(self, word: str) -> str:
        """The one block that has this word in it."""
        (text,) = (text for text in re.findall(r"```\w+\n(.*?)```", SECTION, re.DOTALL) if word in text)
        return self._with_ours(text)

    def url(self, word: str) -> str:
        """The one address of Redis that has this word in it."""
        (url,) = (url for url in re.findall(r"`(rediss://\S+)`", SECTION) if word in url)
        return self._with_ours(url)

    def _with_ours(self, text: str) -> str:
        for theirs, ours in self.ours.items():
            text = text.replace(theirs, ours)
        return text


@dataclass(slots=True)
class Service:
    """The new machine's unit, and what runs of it; we are its systemd."""

    machine: Machine
    unit: str
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Nothing: its command runs, with the unit's environment and nothing else."""
        lines = dict(re.findall(r"^(User|WorkingDirectory|ExecStart)=(.*)$", self.unit, re.MULTILINE))
        pairs = " ".join(re.findall(r"^Environment=(.*)$", self.unit, re.MULTILINE))
        environment = dict(pair.split("=", 1) for pair in shlex.split(pairs))
        command = [*self.machine.before, *shlex.split(lines["ExecStart"])]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=lines["WorkingDirectory"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def send(self, number: signal.Signals) -> None:
        """Nothing: the process was sent this signal."""
        self.process.send_signal(number)

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """It runs, and is told to go at the end."""
    service.start()
    try:
        yield service
    finally:
        service.send(signal.SIGTERM)
        service.process.wait(40)
