"""What leaves: over HTTP with a time limit and without redirects, over syslog until it was read to its end."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone

from moderation.audit import outgoing
from moderation.audit.outgoing import AwayError, Reply


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Type", self.headers["Content-Type"])
        self.end_headers()
        self.wfile.write(self.path.encode() + b" " + body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_body_is_posted_with_its_query(port: int) -> None:
    reply = outgoing.post(f"http://127.0.0.1:{port}/in?a=b", b"hello", {"Content-Type": "text/x"})
    assert reply == Reply(200, "text/x", b"/in?a=b hello")


def test_a_redirect_is_an_answer_and_not_followed(port: int) -> None:
    assert outgoing.post(f"http://127.0.0.1:{port}/elsewhere", b"", {"Content-Type": "a"}).status == 302


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "http://no-such-host.invalid/"])
def test_who_does_not_answer_is_away(url: str) -> None:
    with pytest.raises(AwayError):
        outgoing.post(url, b"", {})


def listening(serve: Callable[[socket.socket], object]) -> tuple[int, Thread]:
    """A port on which one connection is served."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener, listener.accept()[0] as connection:
            serve(connection)

    thread = Thread(target=run)
    thread.start()
    return listener.getsockname()[1], thread


def test_syslog_is_written_and_read_to_its_end() -> None:
    got = bytearray()

    def read(connection: socket.socket) -> None:
        while part := connection.recv(4096):
            got.extend(part)

    port, thread = listening(read)
    outgoing.write(f"syslog+tcp://127.0.0.1:{port}", b"x" * 100_000)
    thread.join()
    assert bytes(got) == b"x" * 100_000


def certified(folder: Path) -> ssl.SSLContext:
    """The context of a server at 127.0.0.1 whose certificate, in `folder`, signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "siem")])
    now = timezone.now()
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """That of a server at 127.0.0.1 whom we trust."""
    made = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    return made


@pytest.mark.parametrize("polite", [True, False])
def test_syslog_over_tls_is_written_and_read_to_its_end(context: ssl.SSLContext, polite: bool) -> None:
    got = bytearray()

    def read(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as sealed:
            while part := sealed.recv(4096):
                got.extend(part)
            if polite:
                sealed.unwrap()

    port, thread = listening(read)
    outgoing.write(f"syslog+tls://127.0.0.1:{port}", b"x" * 100_000)
    thread.join()
    assert bytes(got) == b"x" * 100_000


@pytest.mark.parametrize("scheme", ["syslog+tcp", "syslog+tls"])
def test_syslog_whose_end_nobody_confirms_did_not_arrive(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.2)
    done = socket.socketpair()

    def hold(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) if scheme == "syslog+tls" else connection:
            done[0].recv(1)

    port, thread = listening(hold)
    with pytest.raises(AwayError):
        outgoing.write(f"{scheme}://127.0.0.1:{port}", b"x")
    done[1].send(b".")
    thread.join()
    for end in done:
        end.close()


def trickle(connection: socket.socket, head: bytes) -> None:
    """Send `head` and more, a byte at a time, until the other side hangs up or four seconds are over."""
    with suppress(OSError):
        for byte in head + bytes(400 - len(head)):
            connection.send(bytes([byte]))
            time.sleep(0.01)


@pytest.mark.parametrize("scheme", ["http", "syslog+tcp", "syslog+tls"])
def test_who_answers_a_byte_at_a_time_is_away_by_the_deadline(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(outgoing, "DEADLINE", 0.3)

    def answer(connection: socket.socket) -> None:
        if scheme == "syslog+tls":
            with context.wrap_socket(connection.dup(), server_side=True) as sealed:
                while sealed.recv(4096):
                    pass
                trickle(connection, b"\x17\x03\x03\x40\x00")  # the head of a record that is long
        else:
            trickle(connection, b"HTTP/1.1 200 OK\r\nA: ")

    port, thread = listening(answer)
    url, begun = f"{scheme}://127.0.0.1:{port}", time.monotonic()
    with pytest.raises(AwayError, match="did not come to an end in time"):
        outgoing.post(url, b"x", {}) if scheme == "http" else outgoing.write(url, b"x")
    assert time.monotonic() - begun < 3
    thread.join()


def test_syslog_over_tls_wants_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    context = certified(tmp_path)

    def greet(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    port, thread = listening(greet)
    with pytest.raises(AwayError, match="certificate verify failed"):
        outgoing.write(f"syslog+tls://127.0.0.1:{port}", b"x")
    thread.join()
