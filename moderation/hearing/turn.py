"""Whose turn it is to use a model: one process of a machine at a time; the others go on with everything else."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is ours, until the block ends; it falls to others when this process dies."""
    with (settings.STOA_DATA / "hearing.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
