"""Tests of moderation.audit.search."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moderation.audit.erase import erase
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.audit.search import Wish, matching, search
from moderation.audit.source import Source
from tests.log import aged, entries, entry

HERE, THERE = Source("192.0.2.7"), Source("2001:db8::7")
ALICE, BOB, CAROL = "a11ce00000000000", "b0b0000000000000", "ca401000000000000"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _acts() -> None:
    record("room.open", source=HERE, actor=ALICE, room="r1")
    record("member.mute", source=HERE, actor=ALICE, object_type="member", object_id=BOB, room="r1", policy="noise")
    record("member.leave", source=THERE, actor=BOB, object_type="member", object_id=BOB, room="r1")
    record("case.decide", source=THERE, actor=CAROL, second=ALICE, room="r2", case="c1", policy="noise")


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish(), ["case.decide", "member.leave", "member.mute", "room.open"]),
        (Wish(actor=ALICE), ["member.mute", "room.open"]),
        (Wish(actor=BOB), ["member.leave"]),
        (Wish(person=BOB), ["member.leave", "member.mute"]),
        (Wish(person=ALICE), ["case.decide", "member.mute", "room.open"]),
        (Wish(actor=ALICE, person=BOB), ["member.mute"]),
        (Wish(actor="mallory"), []),
        (Wish(room="r1"), ["member.leave", "member.mute", "room.open"]),
        (Wish(case="c1"), ["case.decide"]),
        (Wish(address="192.0.2.7"), ["member.mute", "room.open"]),
        (Wish(address="2001:0db8::0007"), ["case.decide", "member.leave"]),
        (Wish(action="member.mute"), ["member.mute"]),
        (Wish(policy="noise"), ["case.decide", "member.mute"]),
        (Wish(policy="noise", actor=ALICE), ["member.mute"]),
        (Wish(result="refused"), []),
    ],
)
def test_what_is_asked_for_is_found_the_newest_first(wish: Wish, found: list[str]) -> None:
    page = search(wish, by=CAROL, source=HERE)
    actions = [one.entry.action for one in page.entries if one.entry.action != "log.search"]
    assert (actions, page.before) == (found, None)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="another database plans by how much there is")
@pytest.mark.parametrize(
    ("wish", "index"),
    [
        (Wish(room="r1"), "entry_room"),
        (Wish(case="c1"), "entry_case"),
        (Wish(policy="noise"), "entry_policy"),
        (Wish(result="refused"), "entry_result"),
    ],
)
def test_what_few_entries_say_is_found_by_its_index(wish: Wish, index: str) -> None:
    assert f"USING INDEX {index} " in matching(wish).explain()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="an index of SQLite has what it is searched by alone")
@pytest.mark.parametrize(
    "wish",
    [
        Wish(result="refused", action="room.open"),
        Wish(result="refused", room="r1"),
        Wish(result="failed", case="c1"),
        Wish(result="failed", policy="noise"),
    ],
)
def test_what_was_refused_and_is_something_else_too_is_found_in_one_index(wish: Wish) -> None:
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        assert "Index Only Scan" in matching(wish).values("pk").explain()


def test_no_entry_is_read_before_the_ids_of_a_page_are_found() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(search(Wish(room="r1"), by=CAROL, source=HERE).entries) == 3
    there, ids, entries, *_ = [one["sql"] for one in asked if 'FROM "audit_entry"' in one["sql"]]
    assert "detail" not in there + ids
    assert "detail" in entries


def test_a_time_is_from_its_first_moment_and_up_to_its_last() -> None:
    now = timezone.now()
    aged(record("room.end", source=HERE, room="r3"), timedelta(days=2))
    late = Wish(since=now - timedelta(days=1), room="r1")
    assert len(search(late, by=CAROL, source=HERE).entries) == 3
    early = Wish(until=now - timedelta(days=1))
    assert [one.entry.action for one in search(early, by=CAROL, source=HERE).entries] == ["room.end"]


def test_an_entry_whose_number_came_late_is_found_by_its_time() -> None:
    now = timezone.now()
    early = record("room.lock", source=HERE, room="r3")
    late = record("room.unlock", source=HERE, room="r3")
    aged(early, timedelta(minutes=1))
    aged(late, timedelta(minutes=6))  # it got its number after the other, and its time before
    wish = Wish(room="r3", since=now - timedelta(minutes=9), until=now - timedelta(minutes=5))
    assert [one.entry.action for one in search(wish, by=CAROL, source=HERE).entries] == ["room.unlock"]


def test_pages_follow_one_another_without_gap_or_repetition() -> None:
    wish, pages, before = Wish(room="r1"), [], None
    while True:
        page = search(wish, by=CAROL, source=HERE, before=before, size=2)
        pages.append([one.entry.action for one in page.entries])
        if (before := page.before) is None:
            break
    assert pages == [["member.leave", "member.mute"], ["room.open"]]


def test_the_search_is_an_entry_that_tells_whom_and_where_only_to_who_may_open_it() -> None:
    search(Wish(actor=BOB, room="r1", address="192.0.2.9"), by=CAROL, source=HERE)
    asked = entry(action="log.search")
    assert (asked.actor, asked.object, asked.detail) == (CAROL, BOB, {"room": "r1", "by": ["actor", "address"]})
    assert asked.sought == "192.0.2.9"
    (row,) = Entry.objects.filter(action="log.search").values()
    assert "sought" in row["commitments"]
    assert "192.0.2.9" not in repr(row)
    erase(CAROL, by="", reason="request", now=timezone.now(), source=HERE)
    assert entry(action="log.search").sought is None


def test_what_no_entry_has_is_told_by_its_field_alone_since_it_may_be_anybodys_name() -> None:
    search(Wish(room=BOB, case="Bob Miller", action="room.open", policy="noise"), by=CAROL, source=HERE)
    (row,) = Entry.objects.filter(action="log.search").values()
    assert row["detail"] == {"action": "room.open", "policy": "noise", "by": ["room", "case"]}
    assert BOB not in repr(row)


def test_a_search_for_what_one_person_did_to_another_tells_of_both() -> None:
    search(Wish(actor=ALICE, person=BOB), by=CAROL, source=HERE)
    asked = entry(action="log.search")
    assert (asked.actor, asked.object, asked.second) == (CAROL, ALICE, BOB)


def test_looking_for_somebody_unknown_gives_them_no_key() -> None:
    search(Wish(actor="mallory"), by=CAROL, source=HERE)
    assert [one.object for one in entries(action="log.search")] == [""]
