"""One process at a time uses a model."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from moderation.hearing.turn import turn

_HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('ours', flush=True); input()"
)


def test_it_is_ours_and_then_the_next_ones() -> None:
    with turn() as first, turn() as second:
        assert (first, second) == (True, False)
    with turn() as again:
        assert again


def test_a_process_that_is_killed_leaves_it_to_others(settings: Settings) -> None:
    command = [sys.executable, "-c", _HOLD, str(Path(settings.STOA_DATA) / "hearing.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ours\n"
        with turn() as ours:
            assert not ours
        other.kill()
        other.wait()
        with turn() as ours:
            assert ours


def test_it_is_given_back_also_when_the_model_fails() -> None:
    with pytest.raises(MemoryError), turn():
        raise MemoryError
    with turn() as ours:
        assert ours
