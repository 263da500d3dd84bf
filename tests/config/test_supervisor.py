import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.supervisor import Child, Supervisor, delay


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    running = Supervisor()
    yield running
    await running.stop()


def python(name: str, code: str, **options: float) -> Child:
    return Child(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]  # nice is whole


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # other processes set no Event of ours
            await asyncio.sleep(0.01)


async def restarted(supervisor: Supervisor, name: str, old: int) -> int:
    await until(lambda: supervisor.pids()[name] != old)
    return supervisor.pids()[name]


def alive(pid: int | str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_first_restart_is_at_once_and_later_ones_wait_longer_and_longer() -> None:
    assert [delay(n) for n in (1, 2, 3, 4, 5)] == [0.0, 0.5, 1.0, 2.0, 4.0]
    assert delay(20) == 30.0


async def test_a_killed_child_is_back_at_once_and_then_after_a_pause(supervisor: Supervisor) -> None:
    await supervisor.start(python("sleeper", "import time; time.sleep(60)"))
    clock = asyncio.get_running_loop().time
    first = supervisor.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    second = await restarted(supervisor, "sleeper", first)
    started = clock()
    os.kill(second, signal.SIGKILL)
    await restarted(supervisor, "sleeper", second)
    assert clock() - started >= 0.4


async def test_children_are_told_to_stop_one_after_the_other_newest_first(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    code = (
        "import os, signal, sys, time\n"
        "def end(*_): open({0!r}, 'a').write({1!r}); time.sleep(0.1); open({0!r}, 'a').write({1!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open({2!r}, 'w').close(); time.sleep(60)"
    )
    log = tmp_path / "log"
    for name in "abc":
        await supervisor.start(python(name, code.format(str(log), name, str(tmp_path / name))))
    await until(lambda: all((tmp_path / name).exists() for name in "abc"))
    await supervisor.stop()
    assert log.read_text() == "ccbbaa"


async def test_children_that_started_together_are_told_to_stop_together(supervisor: Supervisor, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\n"
        "def end(*_):\n"
        "    open({0!r}, 'w').close()\n"
        "    while not os.path.exists({1!r}): time.sleep(0.01)\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open({2!r}, 'w').close(); time.sleep(60)"
    )
    told = {name: str(tmp_path / f"{name} told") for name in "ab"}
    ready = [tmp_path / name for name in "ab"]
    waiting = [python(one, code.format(told[one], told[other], str(tmp_path / one))) for one, other in ("ab", "ba")]
    await supervisor.start(*waiting)
    await until(lambda: all(path.exists() for path in ready))
    with capture_logs() as lines:
        await supervisor.stop()
    assert lines == []  # each was told while the other had not ended, or it would have been killed


async def test_a_child_that_will_not_stop_is_killed_when_its_grace_is_over(supervisor: Supervisor) -> None:
    await supervisor.start(
        python("deaf", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)", grace=0.3)
    )
    pid = supervisor.pids()["deaf"]
    await asyncio.sleep(0.3)
    await supervisor.stop()
    assert not alive(pid)


async def test_what_a_dead_child_left_behind_is_swept_up(supervisor: Supervisor, tmp_path: Path) -> None:
    left = tmp_path / "grandchild"
    code = (
        "import subprocess, time; child = subprocess.Popen(['sleep', '60']);"
        f"open({str(left)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    await supervisor.start(python("parent", code))
    await until(lambda: left.exists() and left.read_text())
    pid, grandchild = supervisor.pids()["parent"], left.read_text()
    os.kill(pid, signal.SIGKILL)
    await restarted(supervisor, "parent", pid)
    await until(lambda: not alive(grandchild))


async def test_slow_work_is_nicer(supervisor: Supervisor) -> None:
    await supervisor.start(python("nice", "import time; time.sleep(60)", nice=10))
    assert os.getpriority(os.PRIO_PROCESS, supervisor.pids()["nice"]) == os.getpriority(os.PRIO_PROCESS, 0) + 10


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
async def test_children_die_with_their_parent_even_when_it_is_killed() -> None:
    code = (
        "import asyncio, sys\n"
        "from config.supervisor import Child, Supervisor\n"
        "async def main():\n"
        "    supervisor = Supervisor()\n"
        "    await supervisor.start(Child('sleeper', ('sleep', '60')))\n"
        "    print(supervisor.pids()['sleeper'], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = (await parent.stdout.readline()).decode().strip()
    assert alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not alive(child))
