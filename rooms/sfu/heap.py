"""The process's heap, whose holes go back to the system.

Each handshake takes some 60 KB in pieces that lie between what stays. The C library keeps what is freed among them for
later, and would keep it for ever.
"""

from collections.abc import Callable
from ctypes import CDLL, c_size_t


def trimmer() -> Callable[[], object]:
    """What gives the holes back, in a few milliseconds; it does nothing where the C library cannot."""
    try:
        trim = CDLL(None).malloc_trim
    except AttributeError:  # no glibc
        return lambda: None
    trim.argtypes = [c_size_t]
    return lambda: trim(0)
