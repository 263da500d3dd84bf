"""The process's heap: no crash writes it, nobody searches it while somebody talks, and its holes go back to the system.

Each handshake takes some 60 KB in pieces that lie between what stays. The C library keeps what is freed among them for
later, and would keep it for ever.
"""

import gc
import resource
from collections.abc import Callable
from ctypes import CDLL, c_size_t

_NEVER = 1 << 30


def undumped() -> None:
    """Nothing: a crash writes no core from now on, in which the last minute of those who speak would be.

    The limit is one byte: where the kernel hands cores to a program, such as systemd-coredump, it heeds no other.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 1 if most else 0  # who may have none is not given one
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def still() -> None:
    """Nothing: what lives now stays, and the collector goes through all that lives only when it is asked to.

    With 900 peers that takes 54 ms, in which nobody is heard. What is young it goes through as ever.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)


def trimmer() -> Callable[[], object]:
    """What gives the holes back, in a few milliseconds; it does nothing where the C library cannot."""
    try:
        trim = CDLL(None).malloc_trim
    except AttributeError:  # no glibc
        return lambda: None
    trim.argtypes = [c_size_t]
    return lambda: trim(0)
