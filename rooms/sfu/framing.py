"""Datagrams in a stream of bytes: two bytes of length before each (RFC 4571 section 2). PURE."""

from collections.abc import Iterator

from rooms.sfu.refusals import Code, Refused

_LENGTH = 2


def framed(data: bytes) -> bytes:
    """`data` as it goes into a stream."""
    return len(data).to_bytes(_LENGTH, "big") + data


class Frames:
    """The datagrams that come out of one stream, none longer than `limit`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The datagrams that `data` completes; empty ones are passed over, and what is left waits for more.

        Raises `Refused(FRAME_INVALID)` at one that is too long: from there on the stream has no meaning.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _LENGTH:
            end = _LENGTH + int.from_bytes(buffer[:_LENGTH], "big")
            if end - _LENGTH > self._limit:
                raise Refused(Code.FRAME_INVALID)
            if len(buffer) < end:
                return
            frame = bytes(buffer[_LENGTH:end])
            del buffer[:end]
            if frame:
                yield frame
