"""The folder of sealed evidence, as the media process fills it when somebody reported."""

import asyncio
import hashlib
import logging
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from rooms.sfu.counters import Counters
from rooms.sfu.messages import Freeze, Sealed
from rooms.sfu.refusals import Code
from rooms.sfu.ring import KEPT, Chunk, Record, Rings
from rooms.sfu.seal import seal

SLACK = 1000
"""Milliseconds by which the clock of whoever sent the order may be behind ours."""
MAX_ANSWERS = 10_000
"""Answers remembered, so that a repeat is answered alike."""

_FREEZE, _KEY = re.compile(r"[0-9a-f]{16}"), re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger(__name__)


def file_name(sfu: str, freeze: str, member: int | str) -> str:
    """What the file of a member is called; other media processes may seal in the same folder for the same report."""
    return f"{freeze}-{hashlib.sha256(sfu.encode()).hexdigest()[:8]}-{member}.sealed"


class Vault:
    """Answers every `Freeze` by files in `folder`, of what `rings` hold, and a report."""

    def __init__(
        self, sfu: str, rings: Rings, folder: Path, report: Callable[[Sealed], None], counters: Counters
    ) -> None:
        self._sfu = sfu
        self._rings = rings
        self._folder = folder
        self._report = report
        self._counters = counters
        self._answers: dict[str, Sealed | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for draft in folder.glob(self._draft("*").name):
            draft.unlink()  # of a process that was killed

    def take(self, order: Freeze) -> None:
        """Nothing: the answer will be reported, once for every order; one that makes no sense is counted."""
        if not (_FREEZE.fullmatch(order.freeze) and _KEY.fullmatch(order.key)):
            self._counters[Code.MESSAGE_INVALID] += 1
        elif order.freeze not in self._answers:
            self._answers[order.freeze] = None
            task = asyncio.create_task(self._seal(order, self._rings.held(order.room, time.monotonic())))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif answer := self._answers[order.freeze]:
            self._report(answer)

    async def done(self) -> None:
        """Nothing, once everything asked for is written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _seal(self, order: Freeze, held: dict[int, tuple[Chunk, ...]]) -> None:
        try:
            names = await asyncio.to_thread(self._write, order, held)
        except (OSError, ValueError) as error:
            self._answers.pop(order.freeze, None)  # whoever asks again gets what is left
            _log.error("evidence_failed", extra={"fields": {"freeze": order.freeze, "error": type(error).__name__}})
            return
        answer = self._answers[order.freeze] = Sealed(self._sfu, order.room, order.freeze, names)
        if len(self._answers) > MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._report(answer)

    def _write(self, order: Freeze, held: dict[int, tuple[Chunk, ...]]) -> tuple[str, ...]:
        """The names of the files: written now, all of them or none, or by the process that was here before."""
        if there := sorted(file.name for file in self._folder.glob(file_name(self._sfu, order.freeze, "*"))):
            return tuple(there)
        names: list[str] = []
        try:
            for member, chunks in sorted(held.items()):
                if said := self._said(chunks, order.at + SLACK):
                    names.append(file_name(self._sfu, order.freeze, member))
                    self._save(self._draft(names[-1]), seal(order, member, said, X25519PrivateKey.generate()))
            for name in names:
                self._draft(name).rename(self._folder / name)
        finally:
            for name in names:
                self._draft(name).unlink(missing_ok=True)
        if names:
            _sync(self._folder)
        return tuple(names)

    def _said(self, chunks: tuple[Chunk, ...], newest: int) -> list[list[Record]]:
        """What was said in the minute that ends at `newest`: words after the report are nobody's evidence."""
        opened = [self._rings.open(chunk) for chunk in chunks]
        kept = [[one for one in records if newest - KEPT * 1000 <= one.at <= newest] for records in opened]
        return [records for records in kept if records]

    def _draft(self, name: str) -> Path:
        """Where a file is while nobody may look for it yet."""
        return self._folder / f".{self._sfu}~{name}"

    def _save(self, file: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())


def _sync(folder: Path) -> None:
    """Nothing, once the names in `folder` are on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
