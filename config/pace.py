"""How fast an answer goes: Daphne takes all of it at once, and keeps in memory what its reader is not ready for."""

import asyncio
from functools import partial
from typing import Any

from daphne.http_protocol import WebRequest

from config.proxy import Application, Message, Receive, Scope, Send

SOON, LATER = 0.001, 0.05
"""Seconds after which is looked again whether a reader is ready, twice as many each time: fast ones are served fast,
and slow ones cost little."""
PATIENCE = 120.0
"""Seconds in which a reader must take what waits, a part or two: until then it holds a thread of ours, and a file."""


class Paced:
    """ASGI application that sends the next part of an answer once Daphne has handed the last ones to the network.

    Whoever takes nothing any more is cut off. Stands before all others: only the `send` that Daphne gave tells where
    its answer goes.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its answer comes at its reader's pace."""

        async def slowly(message: Message) -> None:
            await send(message)
            pause, waited = SOON, 0.0
            while message.get("more_body") and (channel := _full(send)):
                if waited >= PATIENCE:
                    channel.transport.abortConnection()
                    return
                await asyncio.sleep(pause)
                pause, waited = min(2 * pause, LATER), waited + pause

        await self.application(scope, receive, slowly if scope["type"] == "http" else send)


def _full(send: Any) -> Any:
    """The connection, while Daphne holds as much as it wants to for a reader; None once one is gone, and elsewhere."""
    request = send.args[0] if isinstance(send, partial) and send.args else None
    channel = getattr(request, "channel", None) if isinstance(request, WebRequest) else None
    waits = channel is not None and channel._waitingForTransport is True  # noqa: SLF001  # Twisted's only word for it
    return channel if waits else None
