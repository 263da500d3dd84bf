import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django.fixtures import Settings

from config import reach
from config.finding import Level


def test_browsers_on_this_machine_need_no_certificate(settings: Settings) -> None:
    settings.PUBLIC_HOST = "localhost"
    assert reach.secure().level is Level.OK


def test_plain_http_for_others_and_an_unknown_proxy_fail(settings: Settings) -> None:
    settings.PUBLIC_HOST, settings.PUBLIC_URL, settings.SECURE = "stoa.example", "http://stoa.example", False
    assert "no microphone" in reach.secure().text
    settings.PUBLIC_URL, settings.SECURE, settings.STOA_TRUSTED_PROXIES = "https://stoa.example", True, []
    assert "STOA_TRUSTED_PROXIES" in reach.secure().advice


@pytest.mark.parametrize(
    ("days", "trusted", "level"), [(90, True, Level.OK), (3, True, Level.WARN), (90, False, Level.FAIL)]
)
def test_the_certificate_is_looked_at(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, trusted: bool, level: Level
) -> None:
    certificate = _certificate(tmp_path, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _tls(certificate) as port:
        settings.PUBLIC_HOST, settings.PUBLIC_URL, settings.SECURE = "127.0.0.2", f"https://127.0.0.2:{port}", True
        settings.STOA_TRUSTED_PROXIES = ["127.0.0.1/32"]
        assert reach.secure().level is level


def test_an_address_nobody_outside_can_reach_is_worth_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLIC_HOST, settings.STOA_PUBLIC_IP = "stoa.example", []
    monkeypatch.setattr(reach, "_outgoing_address", lambda: "10.0.0.5")
    assert reach.public().level is Level.WARN
    monkeypatch.setattr(reach, "_outgoing_address", lambda: "9.9.9.9")
    assert reach.public().level is Level.OK
    settings.STOA_PUBLIC_IP = ["203.0.113.1"]
    assert reach.public().text == "media goes to 203.0.113.1"


def test_no_turn_server_is_worth_a_warning_for_a_public_server(settings: Settings) -> None:
    settings.TURN_URLS, settings.PUBLIC_HOST = [], "stoa.example"
    assert reach.relay().level is Level.WARN


def test_a_turn_server_that_does_not_answer_fails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.turn.SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        settings.TURN_URLS, settings.TURN_SECRET = [f"turn:127.0.0.1:{deaf.getsockname()[1]}"], "secret"
        found = reach.relay()
    assert (found.level, "no answer" in found.text, "it runs" in found.advice) == (Level.FAIL, True, True)


def test_a_turn_server_that_refuses_us_may_have_another_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: str) -> str:
        return "refused: STUN transaction failed (401 - Unauthorized)"

    monkeypatch.setattr("config.turn.problem", refused)
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example"], "secret"
    found = reach.relay()
    assert (found.level, "TURN_SECRET" in found.advice) == (Level.FAIL, True)


def _certificate(folder: Path, days: int) -> Path:
    """A self-signed certificate for 127.0.0.2, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.2")])
    now = datetime.fromtimestamp(time.time(), UTC)
    built = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.2"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(built.public_bytes(Encoding.PEM) + private)
    return path


@contextmanager
def _tls(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve() -> None:
        connection, _ = server.accept()
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()

    with socket.create_server(("127.0.0.2", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
