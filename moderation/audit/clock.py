"""Whether this machine's clock follows a time server, as the kernel says it."""

import ctypes
import sys

SYNCED, FREE = "synced", "free"
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_Answer = ctypes.c_char * 512  # more than the kernel writes; all zero means that nothing is set
_ADJTIMEX = ctypes.CDLL(None).adjtimex if sys.platform.startswith("linux") else None


def state() -> str:
    """`synced`, `free` where the clock runs by itself, and nothing where the system does not say."""
    if _ADJTIMEX is None:
        return ""
    answer = _ADJTIMEX(_Answer())
    if answer < 0:
        return ""
    return FREE if answer == _TIME_ERROR else SYNCED
