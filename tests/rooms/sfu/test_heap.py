"""Contract of `rooms.sfu.heap`: what lies free between what stays goes back to the system, where the C library can."""

import ctypes
import os

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
