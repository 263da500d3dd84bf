"""Contract of `rooms.sfu.heap`: no crash writes it, and what lies free in it goes back, where the C library can."""

import ctypes
import gc
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.meters import memory
from rooms.sfu import heap

PIECE, PIECES = 20_000, 500


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no malloc_trim")
def test_holes_between_what_stays_go_back_to_the_system() -> None:
    pieces = [bytearray(b"x" * PIECE) for _ in range(PIECES)]
    del pieces[::2]
    before = memory(os.getpid())
    heap.trimmer()()
    assert before - memory(os.getpid()) > PIECE * PIECES / 4
    assert all(len(piece) == PIECE for piece in pieces)


def test_a_c_library_that_cannot_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "CDLL", lambda _: object())
    heap.trimmer()()


DIES = """
import os, resource
from rooms.sfu import heap
heap.undumped()
print(*resource.getrlimit(resource.RLIMIT_CORE), flush=True)
os.abort()
"""


@pytest.mark.parametrize(("before", "limit"), [(":", 1), ("ulimit -c 0", 0)])
def test_a_crash_writes_no_core_also_where_one_may_have_none(tmp_path: Path, before: str, limit: int) -> None:
    if limit and not resource.getrlimit(resource.RLIMIT_CORE)[1]:
        pytest.skip("this machine allows no cores at all")
    command = ["sh", "-c", f'{before}; exec "$@"', "sh", sys.executable, "-c", DIES]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    died = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert (died.stdout, died.returncode) == (f"{limit} {limit}\n", -signal.SIGABRT)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector as it was, after the test."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_what_lives_as_the_process_begins_is_never_gone_through() -> None:
    here: list[object] = [[]]
    heap.still()
    assert all(one is not here for one in gc.get_objects())
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("collector")
def test_all_that_lives_is_never_gone_through_by_itself_but_what_is_young_is() -> None:
    heap.still()
    before = [one["collections"] for one in gc.get_stats()]
    kept = [[[]] for _ in range(400_000)]  # type: list[list[list[None]]]
    young, middle, all_of_it = (after["collections"] - was for after, was in zip(gc.get_stats(), before, strict=True))
    assert young > middle > 20
    assert all_of_it == 0
    assert len(kept) == 400_000
