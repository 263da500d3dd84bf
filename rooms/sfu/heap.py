"""The process's heap, whose holes go back to the system, and which nobody searches while somebody talks.

Each handshake takes some 60 KB in pieces that lie between what stays. The C library keeps what is freed among them for
later, and would keep it for ever.
"""

import gc
from collections.abc import Callable
from ctypes import CDLL, c_size_t

_NEVER = 1 << 30


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
