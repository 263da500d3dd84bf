"""Attack 5: what strangers send is to break the log, or to make it say something else to whoever reads it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

import accounts.api
import moderation.api
import moderation.urls
import rooms.api
from accounts.models import User
from moderation.audit import check, export, keys, verify
from moderation.audit.canonical import CanonicalError
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Entry, Label, Leaf
from moderation.audit.opened import opened
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.verify import Trust
from moderation.staff import Role
from tests.log import entries, entry
from tests.moderation.cast import at_console

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NASTY = 'Mozilla\r\nadmin: yes\x1b[2J\u202egnp.exe\u200b=HYPERLINK(1)"},{"action":"forged'

pytestmark = pytest.mark.django_db


def sealed_lines() -> list[bytes]:
    return [leaf_of(row) for row in Entry.objects.order_by("pk").values("id", *PUBLIC)]


def test_what_a_browser_calls_itself_cannot_leave_its_field() -> None:
    record("room.open", source=Source("192.0.2.7", 1, "", NASTY), actor="a11ce", detail={"note": NASTY})
    seal(NOON)
    (line,) = sealed_lines()
    assert b"\n" not in line
    assert b"\x1b" not in line
    assert json.loads(line)["detail"] == {"note": NASTY}
    assert json.loads(line, object_pairs_hook=lambda pairs: len(pairs) == len(dict(pairs)))
    assert entry(action="room.open").user_agent == NASTY
    assert list(check.faults(NOON)) == []


WORDS = "Bob stole it"
PATHS = [
    "/api/v1/" + re.sub(r"<\w+:\w+>", quote(WORDS), str(one.pattern))
    for one in (*accounts.api.urlpatterns, *moderation.api.urlpatterns, *rooms.api.urlpatterns)
    if "<str:" in str(one.pattern)
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PATHS)
def test_nobody_puts_words_of_theirs_into_the_log_by_a_path(client: Client, mallory: User, path: str) -> None:
    client.force_login(mallory)
    said: dict[str, object] = {"policy": "spam", "words": "", "member": None, "move": "join", "text": "x", "to": "x"}
    client.get(path)
    for method in ("post", "put", "patch", "delete"):
        getattr(client, method)(path, said, content_type="application/json")
    assert [line for line in sealed_lines() if WORDS.encode() in line] == []


def test_nor_does_the_staff_by_one_of_the_console(alice: User) -> None:
    client = at_console(alice, Role.SENIOR)
    for one in moderation.urls.urlpatterns:
        if str(one.pattern).startswith("console/") and "<str:" in str(one.pattern):
            client.get("/" + re.sub(r"<\w+:\w+>", quote(WORDS), str(one.pattern)))
    assert len(entries(action="console.read", actor=alice.uid)) >= 4
    assert [line for line in sealed_lines() if WORDS.encode() in line] == []


def test_a_stranger_does_not_choose_the_address_in_the_log(client: Client) -> None:
    client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "10.6.6.6"}, REMOTE_ADDR="192.0.2.7")
    assert {told.address for told in entries(action="invite.redeem")} == {"192.0.2.7"}


def test_a_clock_that_jumps_changes_neither_the_order_nor_the_databases_time() -> None:
    for jump in (timedelta(0), timedelta(days=-20_000), timedelta(days=9_000)):
        with patch("django.utils.timezone.now", lambda jump=jump: NOON + jump):
            record("room.open", source=Source.internal("command"))
    seal(NOON)
    assert list(Leaf.objects.order_by("index").values_list("entry", flat=True)) == list(
        Entry.objects.order_by("pk").values_list("pk", flat=True)
    )
    times = Entry.objects.order_by("pk").values_list("recorded_at", flat=True)
    assert max(times) - min(times) < timedelta(minutes=1)
    assert list(check.faults(datetime.now(UTC))) == []  # noqa: TID251  # the database's clock is meant


@pytest.mark.parametrize(
    "detail", [{"words": "x" * 10_000_000}, {"half": 0.5}, {"huge": 2**60}, {"odd": "\ud800"}, {"when": NOON}]
)
def test_a_detail_that_is_too_large_or_read_in_two_ways_is_refused_and_nothing_written(
    detail: dict[str, object],
) -> None:
    with pytest.raises(CanonicalError):
        record("room.open", source=Source.internal("command"), detail=detail)
    assert not Entry.objects.exists()


ODD: dict[str, tuple[object, ...]] = {
    "commitments": ([{}], "x", 7),
    "detail": ([1], "x", 0.5),
    "evidence": ({"a": [1]},),
    "severity": ("x",),
    **dict.fromkeys(("result", "channel", "event", "action"), ("",)),
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in ODD.items() for value in values])
def test_an_entry_that_was_written_past_us_keeps_no_bundle_from_being_made_and_verified_in_any_format(
    tmp_path: Path, field: str, value: object
) -> None:
    record("room.open", source=Source("192.0.2.7"), actor="a11ce")
    (honest,) = Entry.objects.values()
    Entry.objects.create(**honest | {"id": honest["id"] + 1, field: value})
    seal(NOON)
    with (tmp_path / "bundle.zip").open("wb") as file:
        export.export(file, now=NOON, also=("ocsf", "ecs", "cef"))
    assert verify.verify_bundle(tmp_path / "bundle.zip", Trust(tuple(keys.vkeys()))).count == 2
    told = [(one.fields["actor"], "actor" in one.erased) for one in opened(Entry.objects.order_by("pk"))]
    assert told == [("a11ce", False), (None, field != "commitments")]


def test_an_act_that_is_made_up_of_what_is_sealed_of_somebody_elsewhere_is_found() -> None:
    """Whoever has the database's password may insert entries and labels, and needs no key to copy what is in one."""
    record("room.open", source=Source("192.0.2.7"), actor="a11ce")
    row, label = Entry.objects.values().get(), Label.objects.values().get()
    forged = Entry.objects.create(**row | {"id": None, "action": "member.ban"})
    Label.objects.create(**label | {"id": None, "entry": forged.pk})
    seal(NOON)
    (one,) = opened([forged])
    assert one.fields["actor"] == "a11ce"
    said = f"entry {forged.pk} has the name of entry {row['id']}: it was copied from it, past Stoa"
    assert list(check.faults(NOON)) == [said]


def test_a_long_user_agent_is_cut(client: Client) -> None:
    client.post("/join/", {"code": "nonsense"}, headers={"user-agent": "x" * 100_000})
    assert {len(told.user_agent) for told in entries(action="invite.redeem")} == {200}


@how(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.ip_addresses(), st.integers(0, 65535))
def test_whatever_is_sent_is_read_back_as_it_was(text: str, address: object, port: int) -> None:
    written = record("room.open", source=Source(str(address), port, text, text), actor="a11ce", detail={text: text})
    told = entry(id=written.pk)
    assert told.detail == {text: text}
    assert (told.user_agent or "", told.port or 0) == (text, port)
    seal(NOON)
    assert json.loads(sealed_lines()[-1])["detail"] == {text: text}
