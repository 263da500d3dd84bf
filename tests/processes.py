"""Several processes that begin something at the same moment."""

from collections.abc import Callable
from multiprocessing import get_context
from typing import TypeVar

NUMBER = 6
DIED = 9
_FORK = get_context("fork")
T = TypeVar("T")


def at_once(act: Callable[[], T]) -> list[T]:
    """What `act` gave each of several processes that all began at once."""
    barrier, answers = _FORK.Barrier(NUMBER), _FORK.SimpleQueue()

    def run() -> None:
        barrier.wait(30)
        answers.put(act())

    processes = [_FORK.Process(target=run) for _ in range(NUMBER)]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert [one.exitcode for one in processes] == [0] * NUMBER
    return [answers.get() for _ in processes]


def killed(act: Callable[[], object]) -> None:
    """Nothing, once a process that began `act` has died in the middle of it: `act` ends by `os._exit`."""
    one = _FORK.Process(target=act)
    one.start()
    one.join()
    assert one.exitcode == DIED
