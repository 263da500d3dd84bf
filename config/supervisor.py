"""Child processes kept alive: started again when they die, stopped in order when we are told to."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY = 60.0
PR_SET_PDEATHSIG = 1

log = structlog.get_logger("stoa.supervisor")
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Child:
    """A command to keep running. `grace` is how many seconds it may take to end by itself once told to."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace: float = 5.0
    nice: int = 0


def delay(failures: int) -> float:
    """Seconds to wait before the restart after the n-th early death: none, then doubling from 0.5 to 30."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failures - 2)) if failures > 1 else 0.0


class Supervisor:
    """Keeps children running inside one event loop. `stop` ends them, the last started first."""

    def __init__(self) -> None:
        self._groups: list[list[tuple[Child, asyncio.Task[None]]]] = []
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, *children: Child) -> None:
        """Start the children; from now on they are kept running. Who starts together is ended together."""
        group: list[tuple[Child, asyncio.Task[None]]] = []
        self._groups.append(group)
        for child in children:
            process = await self._spawn(child)
            group.append((child, asyncio.create_task(self._keep(child, process))))

    async def stop(self) -> None:
        """End every child, newest first, each within its grace; what is left is killed."""
        while self._groups:
            await asyncio.gather(*(self._let_go(child, keeper) for child, keeper in self._groups.pop()))

    def pids(self) -> dict[str, int]:
        """Name and process id of what runs now."""
        return {name: process.pid for name, process in self._running.items()}

    async def _keep(self, child: Child, process: asyncio.subprocess.Process) -> None:
        """Start the child again whenever it dies: the first time at once, then with growing delays."""
        clock = asyncio.get_running_loop().time
        failures, started = 0, clock()
        while True:
            status = await process.wait()
            _sweep(process.pid)
            failures = 1 if clock() - started > STEADY else failures + 1
            wait = delay(failures)
            log.warning("child died", child=child.name, status=status, restart_in=wait)
            await asyncio.sleep(wait)
            process, started = await self._spawn(child), clock()

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        parent = os.getpid()

        def settle() -> None:
            os.nice(child.nice)
            _die_with(parent)

        process = await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, **child.environment},
            # Not in our process group: Ctrl-C is for us alone. Yet in our session: Linux weighs nice values within one.
            process_group=0,
            preexec_fn=settle,
        )
        self._running[child.name] = process
        return process

    async def _let_go(self, child: Child, keeper: asyncio.Task[None]) -> None:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        await self._end(child, self._running[child.name])

    async def _end(self, child: Child, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), child.grace)
        except TimeoutError:
            log.warning("child killed", child=child.name, grace=child.grace)
        _sweep(process.pid)
        await process.wait()


def _sweep(group: int) -> None:
    """Kill whatever is left of a child's own process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies. Linux only: elsewhere the parent must end in order."""
    if not sys.platform.startswith("linux"):
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
