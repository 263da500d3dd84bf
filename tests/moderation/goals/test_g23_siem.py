"""G23. A SIEM gets every entry in its own format, numbered; the receiver itself proves that nothing is missing."""

import json
import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import outgoing, stream
from moderation.audit.destinations import Collector
from moderation.audit.outgoing import AwayError, Reply
from tests.moderation.audit.stored import seal, write
from tests.moderation.audit.test_formats import OCSF, shape_fault

pytestmark = pytest.mark.django_db


class Receiver:
    """A collector that fails as networks do: before it took the batch, or after, or never."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.lines: list[str] = []

    def post(self, _url: str, body: bytes, _headers: object) -> Reply:
        luck = self._chance.random()
        if luck < 0.3:
            raise AwayError("connection refused")
        self.lines += body.decode().splitlines()
        if luck < 0.5:
            raise AwayError("connection reset")
        return Reply(500 if luck < 0.6 else 200, "", b"")


NUMBERS: dict[str, Callable[[str], int]] = {
    "jsonl": lambda line: json.loads(line)["index"],
    "ocsf": lambda line: json.loads(line)["metadata"]["sequence"],
    "ecs": lambda line: json.loads(line)["event"]["sequence"],
    "cef": lambda line: int(re.search(r" cn1=(\d+)", line)[1]),  # type: ignore[index]
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails_the_receiver_has_every_number_and_the_first_time_in_order(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, name: str, seed: int
) -> None:
    receiver = Receiver(seed)
    monkeypatch.setattr(outgoing, "post", receiver.post)
    monkeypatch.setattr(stream, "BATCH", 7)
    settings.STOA_LOG_STREAM = [Collector.parse(f"https://siem.example/in#{name}")]
    now = timezone.now()
    for _ in range(6):
        write(15)
        seal(now)
        stream.send(now)
    for minutes in range(60):
        stream.send(now + timedelta(minutes=minutes))
    numbers = [NUMBERS[name](line) for line in receiver.lines]
    assert list(dict.fromkeys(numbers)) == list(range(90))
    assert len(numbers) > 90  # at least once: some came twice, and the number tells


def test_seven_days_without_the_receiver_lose_nothing(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.STOA_LOG_STREAM = [Collector.parse("https://siem.example/in#ocsf")]
    start = timezone.now()
    got: list[str] = []

    def away(*_: object) -> Reply:
        raise AwayError("no route to host")

    monkeypatch.setattr(outgoing, "post", away)
    for hour in range(0, 7 * 24, 12):
        write(20)
        seal(start + timedelta(hours=hour))
        stream.send(start + timedelta(hours=hour))

    def back(_url: str, body: bytes, _headers: object) -> Reply:
        got.extend(body.decode().splitlines())
        return Reply(200, "", b"")

    monkeypatch.setattr(outgoing, "post", back)
    stream.send(start + timedelta(days=7))
    events = [json.loads(line) for line in got]
    assert [event["metadata"]["sequence"] for event in events] == list(range(280))
    rules = OCSF["classes"]["6003"] | {"attributes": OCSF["attributes"]}
    assert {shape_fault(rules, event, OCSF, "event") for event in events} == {None}
