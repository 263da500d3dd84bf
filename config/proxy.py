"""The edge of the web tier: who really asks, behind a proxy we trust, and one log line per request."""

import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from config import figures
from moderation.audit import source

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FORWARDED = {b"x-forwarded-for", b"x-forwarded-proto", b"x-client-port"}
SECURE_SCHEME = {"http": "https", "websocket": "wss"}
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
log = structlog.get_logger("stoa.access")


class Proxied:
    """ASGI application that puts the real client and scheme into the scope where the peer is a trusted proxy.

    After it nobody needs the forwarding headers, so they are taken away; from anyone else they stay, unbelieved.
    Daphne lets every client say by a header where our paths begin: a proxy's rules, and our own log, would then see
    `/static/me/` where we answer `/me/`. They begin at the root.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as it reached our edge."""
        scope = {**scope, "root_path": ""}
        peer = tuple(scope.get("client") or ("", 0))
        if source.trusted(peer[0]):
            scope = unwrapped(scope, peer)
        await self.application(scope, receive, send)


def unwrapped(scope: Scope, peer: tuple[str, int]) -> Scope:
    """The scope as if the client had come without the proxy at `peer`."""
    headers = {name.decode("latin-1").title(): value.decode("latin-1") for name, value in scope["headers"]}
    secure = headers.get("X-Forwarded-Proto", "").strip() in SECURE_SCHEME.values()  # Traefik says wss of a socket
    return {
        **scope,
        **({"scheme": SECURE_SCHEME[scope["type"]]} if secure else {}),
        "client": list(source.client(peer, headers)),
        "headers": [(name, value) for name, value in scope["headers"] if name not in FORWARDED],
    }


class Correlated:
    """ASGI application that gives each request and socket a name of its own, which its entries and log lines bear."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        name = secrets.token_hex(8)
        source.correlation.set(name)
        structlog.contextvars.bind_contextvars(correlation=name)
        await self.application(scope, receive, send)


class Logged:
    """ASGI application that counts and logs each finished HTTP request: method, path, status, time taken."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it ended; what is polled all the time stays out of the log."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self.application(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.application(scope, receive, watch)
        finally:
            took = time.perf_counter() - start
            figures.count_request(scope["method"], status, took)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(took * 1000))
