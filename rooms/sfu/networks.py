"""Whose address it is, for whatever counts them. PURE. The web side's is `accounts.throttle.network`."""

from functools import lru_cache
from ipaddress import IPv6Address


def network(host: str) -> str:
    """What counts as one address: one of IPv4, or the /64 of one of IPv6, all of which one subscriber has.

    `host` as a socket gave it: its IPv6 sockets know no IPv4.
    """
    return _prefix(host) if ":" in host else host


@lru_cache(maxsize=4096)
def _prefix(host: str) -> str:
    return IPv6Address(host).packed[:8].hex()
