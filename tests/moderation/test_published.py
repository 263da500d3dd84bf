"""The published report, and the same one out of the exported log (G20)."""

import csv
import io
import json
import secrets
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation import published, transparency
from moderation.actions import appeals, decisions
from moderation.audit import export, keys, sequence, verify
from moderation.audit.canonical import canonical
from moderation.audit.models import Checkpoint
from moderation.measures import Measure
from moderation.models import Result
from moderation.staff import Role
from moderation.views.transparency import READ
from tests.moderation.desk import DAY, claimed, decided, moderator, reported, verdict
from tests.rooms.scenes import NOON, SOURCE, a_room, come

pytestmark = pytest.mark.django_db(transaction=True)


def a_busy_month(alice: User, bob: User, carol: User) -> None:
    room = a_room(alice)
    for person in (alice, bob, carol):
        come(person, room)
    femi, gus = moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)
    decision = decided(claimed(reported(carol, bob, room).case, femi), femi, Measure.SUSPEND, DAY)
    made = appeals.appeal(decision.pk, "No.", by=bob, now=NOON + DAY, source=SOURCE)
    appeals.hear(made.pk, Result.OVERTURNED, "Right.", by=gus, now=NOON + DAY, source=SOURCE)


def bundled(start: datetime, end: datetime) -> dict[str, Any]:
    """The report as somebody makes it who has nothing but the bundle."""
    file = io.BytesIO()
    export.export(file, now=timezone.now())
    with zipfile.ZipFile(file) as bundle:
        entries = [json.loads(line) for line in bundle.read("entries.jsonl").decode().splitlines()]
        checkpoint = bundle.read("checkpoint").decode()
    lines = []
    for entry in entries:
        fields = json.loads(entry["leaf"])
        at = parse_datetime(fields["recorded_at"])
        assert at is not None
        if (line := transparency.line(fields, at)) is not None:
            lines.append(line)
    return {"checkpoint": checkpoint, "size": len(entries), **transparency.report(lines, start, end)}


def test_the_published_report_is_that_of_the_bundle_byte_for_byte(
    client: Client, alice: User, bob: User, carol: User
) -> None:
    a_busy_month(alice, bob, carol)
    sequence.seal(timezone.now())
    told = client.get("/transparency/report.json").content
    assert told == canonical(bundled(*published.month("", timezone.now())))
    numbers = json.loads(told)
    assert numbers["decisions"]["by_measure"] == {"suspend": 1}
    assert (numbers["appeals"]["overturned"], numbers["decisions"]["undone"]) == (1, 1)


def test_a_report_reads_its_own_time_and_when_what_it_answered_began(alice: User, bob: User, carol: User) -> None:
    a_busy_month(alice, bob, carol)
    room, femi = a_room(alice), moderator("Hana", Role.SENIOR)
    come(bob, room)
    come(carol, room)
    late = claimed(reported(carol, bob, room).case, femi)
    start = timezone.now()
    decided(late, femi, Measure.SUSPEND, DAY)
    sequence.seal(timezone.now())
    end = timezone.now()
    size = published.report(start, end)["size"]
    read = [(line.action, line.case) for line in published.concerning(size, start, end)]
    assert read == [("case.open", str(late.pk)), ("decision.make", str(late.pk))]
    told = transparency.report(published.lines(size), start, end)
    assert transparency.report(published.concerning(size, start, end), start, end) == told
    assert told["median_seconds"]["report_to_decision"] is not None


def test_a_room_that_is_ended_at_once_is_no_report_that_was_decided_in_no_time(alice: User) -> None:
    what = verdict(Measure.END_ROOM)
    decisions.decide_at_once(a_room(alice).pk, what, by=moderator("Femi"), now=NOON, source=SOURCE)
    sequence.seal(timezone.now())
    told = published.report(*published.month("", timezone.now()))
    assert told["decisions"]["by_measure"] == {"end_room": 1}
    assert told["median_seconds"]["report_to_decision"] is None


def test_what_is_not_sealed_yet_is_not_published(alice: User, bob: User, carol: User) -> None:
    a_busy_month(alice, bob, carol)
    told = published.report(*published.month("", timezone.now()))
    assert (told["checkpoint"], told["size"], told["reports"]["total"]) == ("", 0, 0)


def test_page_table_and_numbers_carry_the_checkpoint_they_were_made_under(client: Client, alice: User) -> None:
    a_room(alice)
    sequence.seal(timezone.now())
    (published_at,) = Checkpoint.objects.all()
    told = client.get("/transparency/report.json").json()
    table = client.get("/transparency/report.csv").content.decode()
    assert ["checkpoint", published_at.note] in list(csv.reader(io.StringIO(table)))
    assert escape(published_at.note) in client.get("/transparency/").content.decode()
    opened = verify.open_checkpoint(told["checkpoint"].encode(), keys.vkeys())
    assert (opened.size, opened.root) == (told["size"], bytes(published_at.root))


def test_everybody_may_read_it_as_page_and_table(client: Client, alice: User, bob: User, carol: User) -> None:
    a_busy_month(alice, bob, carol)
    sequence.seal(timezone.now())
    page, table = client.get("/transparency/").content.decode(), client.get("/transparency/report.csv").content.decode()
    assert "Account suspended" in page
    assert "decisions.by_measure.suspend,1" in table.splitlines()
    for name in (bob.display_name, bob.uid, carol.uid):
        assert name not in page + table


def test_month_and_time_are_told_in_the_readers_language(client: Client, alice: User, bob: User, carol: User) -> None:
    a_busy_month(alice, bob, carol)
    sequence.seal(timezone.now())
    now = timezone.now()
    for language, month in {"en": f"{now:%B %Y}", "zh-hans": f"{now.year}年{now.month}月"}.items():
        page = client.get("/transparency/", headers={"accept-language": language}).content.decode()
        assert month in page
        assert "0:00" not in page


def test_who_asks_within_a_minute_is_given_what_was_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/transparency/report.json").content
    monkeypatch.setattr(published, "concerning", lambda *_: pytest.fail("counted again"))
    assert client.get("/transparency/report.json").content == first
    assert client.get("/transparency/").status_code == 200


def test_nobody_has_the_log_counted_through_without_end() -> None:
    stranger = Client(REMOTE_ADDR=f"192.0.2.{secrets.randbelow(256)}")
    answers = [stranger.get("/transparency/report.json").status_code for _ in range(READ.limit + 1)]
    assert answers == [200] * READ.limit + [429]


@pytest.mark.parametrize("month", ["2019-01", "2999-01", "2026-13", "x", "2026-11-01"])
def test_a_month_that_is_none_is_not_found(client: Client, month: str) -> None:
    assert client.get("/transparency/", {"month": month}).status_code == 404


@pytest.mark.parametrize(("profile", "days"), [("standard", 400), ("private", 184), ("cn", 184)])
def test_a_month_of_which_something_may_be_pruned_is_not_told_in_false_numbers(
    client: Client, settings: Settings, profile: str, days: int
) -> None:
    settings.STOA_PROFILE = profile
    now = timezone.now()
    first = published.oldest(now)
    assert first == now - timedelta(days=days)
    gone, kept = f"{first:%Y-%m}", f"{first.replace(day=1) + timedelta(days=31):%Y-%m}"
    for path in ("", "report.json", "report.csv"):
        assert client.get(f"/transparency/{path}", {"month": gone}).status_code == 404
    oldest = client.get("/transparency/", {"month": kept})
    assert (oldest.status_code, f"?month={gone}" in oldest.text) == (200, False)
    before = now.replace(day=1) - timedelta(days=1)
    assert f"?month={before:%Y-%m}" in client.get("/transparency/").text


def test_december_ends_with_the_year() -> None:
    now = datetime(2026, 12, 31, tzinfo=UTC)
    assert published.month("2026-12", now) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert published.month("", now)[0] == now - timedelta(days=30)
