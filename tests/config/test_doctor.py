import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from config import doctor, health
from config.doctor import Finding, Level
from moderation.hearing import transcribe
from rooms.sfu import messages

REDIS_AWAY = "unix:///nowhere.sock"


def test_the_data_folder_must_be_there_and_ours_alone(settings: Settings, tmp_path: Path) -> None:
    settings.STOA_DATA = tmp_path / "none"
    assert doctor.disk().level is Level.FAIL
    settings.STOA_DATA = tmp_path
    tmp_path.chmod(0o750)
    assert doctor.disk().advice == f"chmod 700 {tmp_path}"
    tmp_path.chmod(0o700)
    assert doctor.disk().level is Level.OK


def test_a_full_disk_is_worth_a_warning(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STOA_DATA = tmp_path
    tmp_path.chmod(0o700)
    monkeypatch.setattr(doctor, "LEAST_DISK", 10**18)
    assert doctor.disk().level is Level.WARN


@pytest.mark.django_db
def test_a_database_with_every_migration_is_well() -> None:
    assert doctor.database().level is Level.OK


def test_redis_is_asked_for_its_version(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.broker().level is Level.OK
    monkeypatch.setattr(doctor, "OLDEST_REDIS", (99, 0))
    assert "too old" in doctor.broker().text
    settings.REDIS_URL = REDIS_AWAY
    assert doctor.broker().level is Level.FAIL


@pytest.mark.django_db
def test_a_clock_that_differs_from_the_others_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.clock().level is not Level.FAIL
    monkeypatch.setattr(doctor, "_redis_time", lambda: time.time() + 5)
    found = doctor.clock()
    assert (found.level, found.text) == (Level.FAIL, "Redis's clock is +5.0 s off ours")


def test_ports_that_somebody_else_holds_fail_by_name(settings: Settings) -> None:
    settings.STOA_HTTP_HOST, settings.STOA_UDP_HOST = "127.0.0.1", ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.STOA_TCP_PORT = free.getsockname()[1]
        settings.STOA_UDP_PORT = settings.STOA_TCP_PORT
        assert doctor.udp().level is Level.FAIL
        assert "another STOA_TCP_PORT" in doctor.udp().advice
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        settings.STOA_HTTP_PORT, settings.STOA_UDP_PORT = tcp.getsockname()[1], udp.getsockname()[1]
        threading.Thread(target=lambda: tcp.accept()[0].close(), daemon=True).start()
        assert (doctor.web().level, doctor.udp().level) == (Level.FAIL, Level.FAIL)
    assert (doctor.web().level, doctor.udp().level) == (Level.OK, Level.OK)


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        ([], "no media process runs now"),
        (["accelerated", "accelerated"], "accelerated: "),
        (["accelerated", "plain"], "plain: "),
    ],
)
def test_media_processes_say_which_code_sends_their_packets(spoken: list[str], words: str) -> None:
    def run(number: int, fan_out: str) -> None:
        name = f"node-{number}"
        alive = messages.dump(messages.Alive(name, "epoch", 0, draining=False, rooms={}, fan_out=fan_out))
        with health.client() as process, process.pubsub() as orders:
            orders.subscribe(messages.orders_channel(name))
            orders.get_message(timeout=5)
            there.wait()
            while not over.wait(0.01):
                process.publish(messages.REPORTS, alive)

    there, over = threading.Barrier(len(spoken) + 1), threading.Event()
    threads = [threading.Thread(target=run, args=one) for one in enumerate(spoken)]
    for thread in threads:
        thread.start()
    there.wait(10)
    found = doctor.fan_out()
    over.set()
    for thread in threads:
        thread.join()
    assert (found.level, found.text.startswith(words)) == (Level.OK, True)


def test_nobody_is_asked_for_the_fan_out_without_redis(settings: Settings) -> None:
    settings.REDIS_URL = REDIS_AWAY
    assert "without Redis" in doctor.fan_out().text


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        ([], Level.OK, "0 media processes; a room spreads when one has 2500 connections"),
        (["a-0", "b-0"], Level.OK, "2 media processes;"),
        (["a-0", "b-0", "a-0"], Level.FAIL, "several media processes call themselves a-0"),
    ],
)
def test_each_media_process_has_a_name_of_its_own(names: list[str], level: Level, words: str) -> None:
    with health.client() as client, ExitStack() as listening:
        for name in names:
            orders = listening.enter_context(client.pubsub())
            orders.subscribe(messages.orders_channel(name))
            orders.get_message(timeout=5)
        found = doctor.spread()
    assert (found.level, found.text.startswith(words)) == (level, True)


def test_without_redis_nobody_says_how_many_media_processes_there_are(settings: Settings) -> None:
    settings.REDIS_URL = REDIS_AWAY
    assert "without Redis" in doctor.spread().text


def test_browsers_on_this_machine_need_no_certificate(settings: Settings) -> None:
    settings.PUBLIC_HOST = "localhost"
    assert doctor.secure().level is Level.OK


def test_plain_http_for_others_and_an_unknown_proxy_fail(settings: Settings) -> None:
    settings.PUBLIC_HOST, settings.PUBLIC_URL, settings.SECURE = "stoa.example", "http://stoa.example", False
    assert "no microphone" in doctor.secure().text
    settings.PUBLIC_URL, settings.SECURE, settings.STOA_TRUSTED_PROXIES = "https://stoa.example", True, []
    assert "STOA_TRUSTED_PROXIES" in doctor.secure().advice


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
        assert doctor.secure().level is level


def test_an_address_nobody_outside_can_reach_is_worth_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLIC_HOST, settings.STOA_PUBLIC_IP = "stoa.example", []
    monkeypatch.setattr(doctor, "_outgoing_address", lambda: "10.0.0.5")
    assert doctor.public().level is Level.WARN
    monkeypatch.setattr(doctor, "_outgoing_address", lambda: "9.9.9.9")
    assert doctor.public().level is Level.OK
    settings.STOA_PUBLIC_IP = ["203.0.113.1"]
    assert doctor.public().text == "media goes to 203.0.113.1"


def test_the_small_speech_model_is_there_and_says_that_it_knows_english_alone(settings: Settings) -> None:
    settings.STOA_WHISPER = ""
    found = doctor.speech()
    assert found.level is Level.OK
    assert found.text.startswith("pocketsphinx 5.1")
    assert "English alone" in found.text


def test_a_larger_speech_model_that_cannot_be_used_is_worth_a_warning(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STOA_WHISPER = str(tmp_path / "gone")
    assert (doctor.speech().level, "names no folder" in doctor.speech().text) == (Level.WARN, True)
    settings.STOA_WHISPER = str(tmp_path)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: None)
    assert (doctor.speech().level, "not installed" in doctor.speech().text) == (Level.WARN, True)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: object())
    monkeypatch.setattr(transcribe, "version", lambda name: "1.2.1")
    assert doctor.speech() == Finding(Level.OK, f"faster-whisper 1.2.1 {tmp_path.name}"[:55])


def test_no_turn_server_is_worth_a_warning_for_a_public_server(settings: Settings) -> None:
    settings.TURN_URLS, settings.PUBLIC_HOST = [], "stoa.example"
    assert doctor.relay().level is Level.WARN


def test_a_turn_server_that_does_not_answer_fails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.turn.SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        settings.TURN_URLS, settings.TURN_SECRET = [f"turn:127.0.0.1:{deaf.getsockname()[1]}"], "secret"
        found = doctor.relay()
    assert (found.level, "no answer" in found.text) == (Level.FAIL, True)


def test_the_command_prints_each_finding_and_fails_with_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = {"disk": Finding(Level.OK, "fine"), "redis": Finding(Level.FAIL, "away", "Start it.")}
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    said = StringIO()
    with pytest.raises(CommandError, match="not ready: redis"):
        call_command("doctor", stdout=said)
    assert said.getvalue().split("\n")[:3] == [
        "ok    disk      fine",
        "fail  redis     away",
        " " * 16 + "-> Start it.",
    ]


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
