"""The log at its collectors: over HTTPS and syslog, numbered, at least once, and complete after any outage."""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import formats, outgoing, stream
from moderation.audit.destinations import Collector
from moderation.audit.models import Entry, Label, Stream
from moderation.audit.outgoing import AwayError, Reply
from tests.audit_triggers import lifted
from tests.moderation.audit.stored import seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@dataclass
class Siem:
    """A collector over HTTP: what it got, and with which status it answers."""

    lines: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    @property
    def numbers(self) -> list[int]:
        return [json.loads(line)["index"] for line in self.lines]


@pytest.fixture
def siem(settings: Settings) -> Iterator[Siem]:
    it = Siem()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            it.lines += body.splitlines() if it.status != 503 else []
            it.headers.append(dict(self.headers))
            self.send_response(it.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        it.port = server.server_address[1]
        settings.STOA_LOG_STREAM = [Collector.parse(f"http://127.0.0.1:{it.port}/in")]
        yield it
        server.shutdown()
        thread.join()


def test_every_entry_arrives_once_in_order_with_its_number(siem: Siem) -> None:
    write(1200)
    seal(NOW)
    assert list(stream.send(NOW).values()) == [1200]
    assert siem.numbers == list(range(1200))
    assert list(stream.send(NOW).values()) == [0]
    write(1)
    seal(NOW)
    stream.send(NOW)
    assert siem.numbers == list(range(1201))


def test_an_outage_of_seven_days_loses_nothing(siem: Siem) -> None:
    siem.status = 503
    for day in range(7):
        write(100)
        seal(NOW + timedelta(days=day))
        assert list(stream.send(NOW + timedelta(days=day)).values()) == [0]
        assert Stream.objects.get().error == "answered with 503"
    siem.status = 200
    stream.send(NOW + timedelta(days=7))
    assert siem.numbers == list(range(700))
    row = Stream.objects.get()
    assert (row.cursor, row.error, row.sent_at) == (700, "", NOW + timedelta(days=7))


def test_what_was_pruned_before_it_was_sent_is_passed_over_without_an_empty_message(
    siem: Siem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BATCH", 2)
    old = write(5)
    seal(NOW)
    with lifted():
        Entry.objects.filter(pk__in=[entry.pk for entry in old[:3]]).delete()
    assert list(stream.send(NOW).values()) == [5]
    assert siem.numbers == [3, 4]
    assert len(siem.headers) == 2


def test_what_was_taken_but_not_confirmed_comes_again(siem: Siem) -> None:
    write(3)
    seal(NOW)
    siem.status = 500
    stream.send(NOW)
    siem.status = 200
    stream.send(NOW)
    assert siem.numbers == [0, 1, 2, 0, 1, 2]


def test_a_redirect_is_not_a_confirmation(siem: Siem) -> None:
    write(1)
    seal(NOW)
    siem.status = 302
    assert list(stream.send(NOW).values()) == [0]


def test_a_collector_that_is_not_there_keeps_none_of_the_others_waiting(siem: Siem, settings: Settings) -> None:
    settings.STOA_LOG_STREAM.insert(0, Collector.parse("http://127.0.0.1:9/"))
    write(2)
    seal(NOW)
    assert list(stream.send(NOW).values()) == [0, 2]
    assert siem.numbers == [0, 1]


def test_a_collector_that_leaves_somebody_waiting_is_left_alone_for_a_minute(
    siem: Siem, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[int] = []

    def hang(*_: object) -> Reply:
        meanwhile.extend(stream.send(NOW).values())
        raise AwayError("did not come to an end in time")

    write(1)
    seal(NOW)
    with monkeypatch.context() as patched:
        patched.setattr(outgoing, "post", hang)
        for seconds in (0, 5, 59):
            assert list(stream.send(NOW + timedelta(seconds=seconds)).values()) == [0]
    assert meanwhile == [0], "it was asked once, and by nobody else in that time"
    assert list(stream.send(NOW + Stream.REST).values()) == [1]
    assert siem.numbers == [0]


def test_the_token_is_shown_as_it_was_given(siem: Siem, settings: Settings) -> None:
    settings.STOA_LOG_STREAM_TOKEN = "Splunk abc"
    write(1)
    seal(NOW)
    stream.send(NOW)
    assert siem.headers[0]["Authorization"] == "Splunk abc"
    assert siem.headers[0]["Content-Type"] == "application/x-ndjson"


def test_a_collector_with_a_token_of_its_own_is_shown_that_and_no_other(siem: Siem, settings: Settings) -> None:
    settings.STOA_LOG_STREAM_TOKEN = "Splunk abc"
    place = f"http://127.0.0.1:{siem.port}/in"
    settings.STOA_LOG_STREAM = [Collector.parse(f"{place}#ocsf Bearer own"), Collector.parse(place)]
    write(1)
    seal(NOW)
    stream.send(NOW)
    assert [one["Authorization"] for one in siem.headers] == ["Bearer own", "Splunk abc"]


@pytest.mark.parametrize("name", ["ocsf", "ecs", "cef"])
def test_each_collector_gets_its_format(siem: Siem, settings: Settings, name: str) -> None:
    settings.STOA_LOG_STREAM = [Collector.parse(f"http://127.0.0.1:{siem.port}/in#{name}")]
    write(1)
    seal(NOW)
    stream.send(NOW)
    found = formats.cef if name == "cef" else formats.FORMATS[name]
    assert siem.lines[0][:6] == found(0, {**LEAST})[:6]
    assert "bob-uid" in siem.lines[0]


LEAST = {"event": "a", "action": "a", "channel": "a", "occurred_at": "2026-11-25T19:46:01.123456Z", "result": "ok"}


@pytest.mark.parametrize("name", ["jsonl", "ocsf", "ecs", "cef"])
@pytest.mark.parametrize("odd", [{"severity": "not ours"}, {"channel": ""}, {"action": ""}, {"result": ""}])
def test_an_entry_that_no_honest_caller_wrote_keeps_none_after_it_from_a_collector(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, odd: dict[str, str]
) -> None:
    posted, written = list[bytes](), list[bytes]()

    def post(_url: str, body: bytes, _headers: object) -> Reply:
        posted.append(body)
        return Reply(200, "", b"")

    monkeypatch.setattr(outgoing, "post", post)
    monkeypatch.setattr(outgoing, "write", lambda _url, data: written.append(data))
    settings.STOA_LOG_STREAM = [
        Collector.parse(f"{url}#{name}") for url in ("http://127.0.0.1:1/in", "syslog+tcp://127.0.0.1:1")
    ]
    told = {"action": "forged", "severity": "info", "result": "ok", "channel": "sql"} | odd
    Entry.objects.create(event="e" * 32, occurred_at=NOW, host="h", version="0", **told)
    write(2)
    seal(NOW)
    assert list(stream.send(NOW).values()) == [3, 3]
    assert b"".join(posted).count(b"e" * 32) == b"".join(written).count(b"e" * 32) == 1


def test_what_was_erased_before_it_was_sent_is_not_sent(siem: Siem) -> None:
    write(1)
    seal(NOW)
    Label.objects.all().delete()
    stream.send(NOW)
    assert siem.numbers == [0]
    assert "bob-uid" not in siem.lines[0]


def test_syslog_messages_are_counted_in_octets_and_numbered(settings: Settings) -> None:
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def read() -> None:
            with listener.accept()[0] as connection:
                while part := connection.recv(4096):
                    got.extend(part)

        thread = Thread(target=read)
        thread.start()
        settings.STOA_LOG_STREAM = [Collector.parse(f"syslog+tcp://127.0.0.1:{listener.getsockname()[1]}#cef")]
        write(3)
        seal(NOW)
        assert list(stream.send(NOW).values()) == [3]
        thread.join()
    messages, rest = [], bytes(got)
    while rest:
        length, _, rest = rest.partition(b" ")
        messages.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    rfc_5424 = r'<110>1 \d{4}-\d\d-\d\dT[\d:.]{15}Z \S+ stoa - room\.join \[meta sequenceId="(\d+)"\] CEF:0\|Stoa\|.*'
    assert [re.fullmatch(rfc_5424, message, re.DOTALL)[1] for message in messages] == ["1", "2", "3"]  # type: ignore[index]
