"""Where an act came from: address and port, destination and device, also behind a trusted proxy."""

import hashlib
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest, parse_cookie

USER_AGENT_LENGTH, FACTORS_LENGTH = 200, 60
SHOWN = "account_authentication_methods"
"""Where allauth keeps it in a session; whoever asks allauth must have all apps loaded, and a worker has not yet."""

correlation: ContextVar[str] = ContextVar("correlation", default="")
"""What all entries and log lines of one request, socket or task have in common; empty outside of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """The network source of an act; empty strings and port 0 where there is none.

    `channel` is the road it came by: http, websocket, media, celery or command. `destination` is the address and port
    it was sent to, `session` a hash of the browser's session, `factors` how whoever is signed in there showed who
    they are, such as `password+totp`.
    """

    address: str = ""
    port: int = 0
    destination: str = ""
    user_agent: str = ""
    channel: str = "http"
    session: str = ""
    factors: str = ""

    @classmethod
    def internal(cls, channel: str) -> Self:
        """The source of what the server does by itself: `celery` or `command`."""
        return cls(channel=channel)

    @classmethod
    def of_request(cls, request: HttpRequest) -> Self:
        """The source of an HTTP request."""
        meta = request.META
        peer = (meta.get("REMOTE_ADDR", ""), int(meta.get("REMOTE_PORT") or 0))
        address, port = client(peer, request.headers)
        return cls(
            address,
            port,
            f"{meta.get('SERVER_NAME', '')}:{meta.get('SERVER_PORT', '')}",
            meta.get("HTTP_USER_AGENT", "")[:USER_AGENT_LENGTH],
            session=_session(request.COOKIES),
            factors=factors(getattr(request, "session", {})),
        )

    @classmethod
    def of_scope(cls, scope: Mapping[str, Any]) -> Self:
        """The source of a WebSocket, from its ASGI scope; whoever has read its session adds the `factors`."""
        headers = {name.decode("latin-1").title(): value.decode("latin-1") for name, value in scope["headers"]}
        address, port = client(tuple(scope.get("client") or ("", 0)), headers)
        host, host_port = scope.get("server") or ("", 0)
        agent = headers.get("User-Agent", "")[:USER_AGENT_LENGTH]
        cookies = parse_cookie(headers.get("Cookie", ""))
        return cls(address, port, f"{host}:{host_port}", agent, "websocket", _session(cookies))


def factors(session: Mapping[str, Any]) -> str:
    """How the person of a browser's session has shown who they are so far, as allauth keeps it; no secret of theirs."""
    ways = {way.get("type") or way.get("method", ""): None for way in session.get(SHOWN, [])}
    return "+".join(ways)[:FACTORS_LENGTH]


def client(peer: tuple[str, int], headers: Mapping[str, str]) -> tuple[str, int]:
    """The address and port of whoever sent the request; what a proxy says counts only if we trust that proxy.

    `X-Forwarded-For` is read from its end, past our own proxies, to the first address that is not one of them. The
    port stands behind that address (`192.0.2.1:5000`, `[2001:db8::1]:5000`) or in `X-Client-Port`.
    """
    peer = (plain(peer[0]), peer[1])
    if not trusted(peer[0]):
        return peer
    hops = [_split(hop.strip()) for hop in headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    address, port = next((hop for hop in reversed(hops) if not trusted(hop[0])), peer)
    if not _is_address(address):
        return peer
    return plain(address), port or _port(headers.get("X-Client-Port", ""))


@lru_cache(maxsize=4096)
def plain(address: str) -> str:
    """The address as it is always written, one of IPv4 behind a socket for both kinds too; what is none, as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def trusted(address: str) -> bool:
    """Whether `address` is one of our own proxies (`STOA_TRUSTED_PROXIES`)."""
    if not _is_address(address):
        return False
    networks = _networks(tuple(getattr(settings, "STOA_TRUSTED_PROXIES", ())))
    return any(ip_address(plain(address)) in network for network in networks)


@lru_cache(maxsize=4)
def _networks(names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(ip_network(name) for name in names)


def _session(cookies: Mapping[str, str]) -> str:
    """What tells two sessions of a browser apart and opens neither."""
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(key.encode()).hexdigest()[:32] if key else ""


def _split(hop: str) -> tuple[str, int]:
    """An address and its port (0 where none is given)."""
    if hop.startswith("["):
        address, _, port = hop[1:].partition("]")
        return address, _port(port.lstrip(":"))
    if hop.count(":") == 1:
        address, _, port = hop.partition(":")
        return address, _port(port)
    return hop, 0


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535 else 0


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
