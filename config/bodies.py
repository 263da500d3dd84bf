"""How long the body of a request may be: Daphne itself takes any, and keeps it in /tmp before we are asked."""

from daphne import http_protocol

LIMIT = 256 * 1024  # bytes; the longest we need is an SDP offer
LIMITS = {b"/me/picture/": 4 * 1024 * 1024 + LIMIT}  # a picture, and the form around it
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


def bound() -> None:
    """Let Daphne make its requests from our class; it has no setting for it."""
    http_protocol.WebRequest = Request
