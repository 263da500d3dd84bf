"""How long the body of a request may be, and how slow: Daphne itself takes any, and keeps it before we are asked."""

from daphne import http_protocol
from twisted.web import http

LIMIT = 256 * 1024  # bytes; the longest we need is an SDP offer
LIMITS = {b"/me/picture/": 4 * 1024 * 1024 + LIMIT}  # a picture, and the form around it
ENOUGH = 64 * 1024  # bytes in each of Twisted's minutes; all the headers that it takes are less
_ANSWER = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Request(http_protocol.WebRequest):  # type: ignore[misc]  # Daphne has no types
    """A request of Daphne's that is answered 413, and its connection closed, once its body is too long for its path."""

    limit = LIMIT
    taken = 0
    refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802  # Twisted's name
        """Refuse at once what announces too much; None is a chunked body, whose length nobody knows yet."""
        path: bytes = self.channel._path  # noqa: SLF001  # Twisted tells the request only when its body has come
        self.limit = LIMITS.get(path.partition(b"?")[0], LIMIT)
        if length is not None and length > self.limit:
            self._refuse()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        """Keep a part of the body, or refuse the request when it is one too many."""
        if self.refused:
            return
        self.taken += len(data)
        if self.taken > self.limit:
            self._refuse()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, *line: bytes) -> None:  # noqa: N802  # Twisted's name
        """Pass the request on, when its body has come and was not refused."""
        if not self.refused:
            super().requestReceived(*line)

    def _refuse(self) -> None:
        self.refused = True
        self.channel.transport.write(_ANSWER)
        self.channel.loseConnection()


class Channel(http.HTTPChannel):
    """A connection that is cut when a request on it comes too slowly: Twisted would wait a minute for each byte."""

    came = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        """Take what came, and count it."""
        self.came += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted's

    def resetTimeout(self) -> None:  # noqa: N802  # Twisted's name
        """Wait a minute from now where a request begins, or enough of it came since the last time."""
        if self.came >= ENOUGH or not (self.requests or self._buffer):
            self.came = 0
            super().resetTimeout()  # type: ignore[no-untyped-call]  # Twisted's


def bound() -> None:
    """Let Daphne make its requests, and Twisted their connections, from our classes; there is no setting for it."""
    http_protocol.WebRequest = Request
    http.HTTPChannel = Channel  # type: ignore[misc]
