"""What the log sends to others: to witnesses and to collectors."""

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

PATIENCE = 5.0  # seconds for connecting, and for each read or write
DEADLINE = 10.0  # seconds for all reads and writes: a byte now and then would draw them out without end
ANSWER_SIZE = 65_536


class AwayError(Exception):
    """Nobody's fault that we could name: the other side did not answer, or not to the end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side answered."""

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """The answer to a POST; raises `AwayError` for none. No redirect is followed."""
    parts = urlsplit(url)
    connection = _connection(parts)
    try:
        connection.connect()
        with _in_time(connection.sock):
            connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.read(ANSWER_SIZE))
    except (OSError, http.client.HTTPException) as error:
        raise AwayError(str(error)) from error
    finally:
        connection.close()


def write(url: str, data: bytes) -> None:
    """Write `data` to `syslog+tcp://host:port` or `syslog+tls://host:port`, and return once it was read to its end.

    Syslog confirms nothing, but a collector that has read everything closes its side after we closed ours.
    """
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 6514), timeout=PATIENCE) as plain:
            if parts.scheme == "syslog+tls":
                context = ssl.create_default_context()
                with context.wrap_socket(plain, server_hostname=parts.hostname) as sealed, _in_time(sealed):
                    sealed.sendall(data)
                    _wait_for_close(sealed)
                return
            with _in_time(plain):
                plain.sendall(data)
                plain.shutdown(socket.SHUT_WR)
                while plain.recv(4096):
                    pass
    except OSError as error:
        raise AwayError(str(error)) from error


def _wait_for_close(sealed: ssl.SSLSocket) -> None:
    """Say goodbye, and return when the other side does; many only hang up, which tells the same."""
    try:
        sealed.unwrap()
    except ssl.SSLEOFError:
        return
    except OSError as error:
        if error.errno != 0:  # which is how OpenSSL 1.1 says that they hung up; a time limit has no number at all
            raise


@contextmanager
def _in_time(connection: socket.socket) -> Iterator[None]:
    """Nothing; what is done within ends after `DEADLINE`, however the other side behaves, with a `TimeoutError`."""
    late = Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):  # closed meanwhile
            # Not by the method of `SSLSocket`, after which it would send in the clear.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = Timer(DEADLINE, cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if late.is_set():
            raise TimeoutError("did not come to an end in time")


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=ssl.create_default_context())
    return http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
