"""A short way to Daphne's sockets: a text is framed once, and each frame goes straight to its TCP socket.

By the ASGI way Daphne frames the text for every socket anew, and Twisted asks epoll before and after every write: a
room of 1,000 sockets costs three times the CPU. Under any other server, or where a socket is not ready, `write` says
no and the ASGI way is taken.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Any

from autobahn.websocket import protocol as autobahn
from autobahn.websocket.protocol import PreparedMessage
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Connection


def hush() -> None:
    """Keep autobahn from composing debug lines for every socket: half a millisecond each, and no setting against it."""
    vars(autobahn).update(pformat=_nothing, hltype=_nothing)


def _nothing(_: object) -> str:
    return ""


def behind(send: Callable[[Any], Awaitable[None]]) -> WebSocketProtocol | None:
    """Daphne's side of the socket that an ASGI `send` writes to; None if it is not Daphne's."""
    if isinstance(send, partial) and send.args and isinstance(send.args[0], WebSocketProtocol):
        return send.args[0]
    return None


def write(protocol: WebSocketProtocol, text: str) -> bool:
    """Whether the text is on its way: not on a socket that is closing, or still has something to write."""
    transport = protocol.transport
    if protocol.state != WebSocketProtocol.STATE_OPEN or protocol.send_queue or not isinstance(transport, Connection):
        return False
    if transport.dataBuffer or transport._tempDataLen:  # noqa: SLF001  # Twisted has no other word for what is left
        return False
    frame = _frame(text)
    sent = transport.writeSomeData(frame)
    if not isinstance(sent, int):
        return False  # the connection is lost; Twisted finds out by the ASGI way
    if sent < len(frame):
        transport.write(frame[sent:])  # type: ignore[no-untyped-call]  # Twisted's
    return True


@lru_cache(maxsize=4)
def _frame(text: str) -> bytes:
    """The text as one unmasked, uncompressed frame (RFC 6455, section 5.2)."""
    message = PreparedMessage(text.encode(), isBinary=False, applyMask=False, doNotCompress=True)
    frame: bytes = message.payloadHybi
    return frame
