"""The log in the console: searched, proved, taken home."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation.actions import unmasking
from moderation.audit import keys, sequence, verify
from moderation.audit.destinations import Peer
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Result, Stream
from moderation.audit.record import record, record_refusal
from moderation.models import Control, LawfulRequest, Outcome
from moderation.staff import Role
from tests.accounts.pages import text
from tests.log import aged, entry
from tests.moderation.audit.logs import WITNESS_KEY
from tests.moderation.cast import at_console
from tests.moderation.views.entries import HERE, acted, listed


@pytest.mark.parametrize(
    "query",
    [
        "person=bob&action=room.end",
        "actor=BOB&person=bob&action=room.end",
        "address=192.0.2.7&actor=bob&room=r2",
        "room=r2&action=room.end",
    ],
)
def test_an_entry_is_found_by_what_is_known_of_it(rita: Client, bob: User, carol: User, query: str) -> None:
    wanted = acted(bob, "room.end", "r2")
    acted(carol)
    assert listed(rita.get(f"/console/log/?{query}")) == [wanted.pk]


def test_who_acted_and_whoever_had_a_part_are_asked_for_apart(rita: Client, bob: User, carol: User) -> None:
    muted = record("member.mute", source=HERE, actor=bob.uid, object_type="member", object_id=carol.uid, room="r1")
    page = "/console/log/?action=member.mute"
    assert listed(rita.get(f"{page}&actor=carol")) == []
    assert listed(rita.get(f"{page}&person=carol&actor={bob.uid}")) == [muted.pk]


@pytest.mark.parametrize(("result", "found"), [("", "rf"), ("refused", "r"), ("failed", "f")])
def test_an_entry_is_found_by_how_it_ended(rita: Client, bob: User, result: str, found: str) -> None:
    made = {
        "f": record("room.lock", source=HERE, actor=bob.uid, result=Result.FAILED).pk,
        "r": record_refusal("room.lock", source=HERE, actor=bob.uid).pk,
    }
    answer = rita.get(f"/console/log/?action=room.lock&result={result}")
    assert set(listed(answer)) == {made[one] for one in found}
    assert entry(action="log.search").detail.get("result", "") == result


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=2026-11-20T14:30", "bc"),
        ("since=2026-11-20T14:31", "c"),
        ("until=2026-11-20T14:30", "a"),
        ("since=2026-11-20T14:00&until=2026-11-20T15:00", "ab"),
        ("since=2026-11-20&until=2026-11-21", "abc"),
        ("until=2026-11-20", ""),
    ],
)
def test_an_entry_is_found_by_its_minute(rita: Client, bob: User, query: str, found: str) -> None:
    made = {}
    for name, clock in (("a", "14:29:50"), ("b", "14:30:10"), ("c", "15:00:10")):
        age = timezone.now() - datetime.fromisoformat(f"2026-11-20T{clock}+00:00")
        made[name] = aged(acted(bob, "room.lock"), age)
    answer = rita.get(f"/console/log/?action=room.lock&{query}")
    assert set(listed(answer)) == {made[one] for one in found}
    assert text(answer).count('type="datetime-local"') == 2


def test_a_search_is_itself_an_entry(rita: Client, bob: User) -> None:
    acted(bob)
    rita.get("/console/log/?person=bob")
    assert entry(action="log.search").object == bob.uid


def test_a_search_that_is_not_understood_says_so_and_not_that_nothing_fits(rita: Client, bob: User) -> None:
    acted(bob)
    page = text(rita.get("/console/log/?address=here"))
    assert "Enter a valid IPv4 or IPv6 address." in page
    assert "No entry matches." not in page


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.PASSED, ">Agrees<"),
        (Outcome.FAILED, ">Does not agree<"),
        (Outcome.UNKNOWN, ">Could not be checked<"),
    ],
)
def test_the_page_says_whether_the_log_agreed_with_its_checkpoint(rita: Client, outcome: Outcome, said: str) -> None:
    assert "held the log against it" not in text(rita.get("/console/log/"))
    Control.objects.create(pk="log.proved", outcome=outcome, checked_at=timezone.now(), checked_entry=1)
    assert said in text(rita.get("/console/log/"))


def witness(settings: Settings) -> str:
    """How the rows of the only witness that is set up are named."""
    peer = Peer("https://witness.example", WITNESS_KEY)
    settings.STOA_WITNESSES = [peer]
    return f"witness {peer.name}"


def witnesses(reader: Client) -> tuple[list[str], str]:
    """The marks at the witnesses, and all that the page says of them."""
    said = text(reader.get("/console/log/")).partition('id="state-h"')[2].partition("</section>")[0]
    return re.findall(r'<span class="pill \w+">([^<]*)<', said), said


@pytest.mark.parametrize(
    ("error", "said", "more"),
    [
        (None, "Not asked yet", "Has signed nothing yet"),
        ("", "Agrees", "Signed 7 entries at"),
        ("away", "Away", "Once it does, it signs what it missed"),
        ("refused", "Does not sign", "See that it knows the log"),
        ("behind", "Says that the log was changed", "It signed a longer log than this one"),
        ("contradicted", "Says that the log was changed", "Ask whoever runs it for the evidence it kept"),
    ],
)
def test_the_page_says_how_each_witness_stands(
    rita: Client, settings: Settings, error: str | None, said: str, more: str
) -> None:
    name = witness(settings)
    if error is not None:
        Stream.objects.create(name=name, cursor=7, sent_at=timezone.now(), error=error)
    marks, page = witnesses(rita)
    assert marks == [said]
    assert more in page


def test_a_witness_that_is_away_since_it_was_set_up_is_shown_as_away(rita: Client, settings: Settings) -> None:
    Stream.objects.create(name=witness(settings), error="away")
    assert witnesses(rita)[0] == ["Away"]


def test_a_witness_that_is_not_set_up_any_more_is_not_shown(rita: Client, settings: Settings) -> None:
    Stream.objects.create(name=witness(settings), sent_at=timezone.now())
    settings.STOA_WITNESSES = []
    marks, page = witnesses(rita)
    assert (marks, "No witness is set up." in page) == ([], True)


def test_a_page_leads_to_the_older_one(rita: Client, bob: User) -> None:
    made = [acted(bob).pk for _ in range(51)]
    answer = rita.get("/console/log/?person=bob&action=room.open")
    assert listed(answer) == made[:0:-1]
    assert f"?person=bob&amp;action=room.open&amp;before={made[1]}" in text(answer)
    assert listed(rita.get(f"/console/log/?person=bob&action=room.open&before={made[1]}")) == [made[0]]


@pytest.mark.parametrize(
    "query", ["address=here", "since=yesterday", "since=0001-01-01", "until=9999-12-31", "before=0", "result=ok"]
)
def test_what_makes_no_sense_finds_nothing_and_says_why(rita: Client, bob: User, query: str) -> None:
    acted(bob)
    answer = rita.get(f"/console/log/?{query}")
    assert (answer.status_code, listed(answer)) == (200, [])
    assert answer.context["form"].errors


def test_an_entry_is_shown_with_a_proof_that_holds(rita: Client, bob: User) -> None:
    one = acted(bob)
    sequence.seal(timezone.now())
    page = text(rita.get(f"/console/log/{one.pk}/"))
    assert 'class="button quiet back" href="/console/log/"' in page
    assert "192.0.2.7" in page
    proof = rita.get(f"/console/log/{one.pk}/receipt").content
    verdict = verify.verify_proof(proof, verify.Trust(keys=tuple(keys.vkeys())))
    assert verdict.count == 1


def test_a_score_of_nothing_is_shown_and_what_says_nothing_is_not(rita: Client) -> None:
    scored = record("case.score", source=HERE, score=0).pk
    shown = re.findall(r'<dt class="code small">(\w+)</dt>', text(rita.get(f"/console/log/{scored}/")))
    assert "score" in shown
    assert {"evidence", "room", "automated"}.isdisjoint(shown)


def test_an_entry_that_is_too_young_says_so(rita: Client, bob: User) -> None:
    assert "Waits for the next checkpoint" in text(rita.get(f"/console/log/{acted(bob).pk}/"))


def test_what_was_erased_is_not_shown_and_said_to_be_erased(rita: Client, bob: User) -> None:
    one = acted(bob)
    sequence.seal(timezone.now())
    erase(bob.uid, by="", reason="asked", now=timezone.now(), source=HERE)
    page = text(rita.get(f"/console/log/{one.pk}/"))
    assert "192.0.2.7" not in page
    assert bob.uid not in page
    assert "only the commitment is left" in page


def test_an_entry_that_is_not_there_is_not_found(rita: Client) -> None:
    assert rita.get("/console/log/999999/").status_code == 404


def test_the_checkpoint_stands_in_every_footer(rita: Client, bob: User) -> None:
    assert "The log has no checkpoint yet" in text(rita.get("/console/"))
    sequence.seal(timezone.now())
    assert "localhost:8000/audit" in text(rita.get("/console/findings/"))


def test_the_page_shows_the_keys_that_a_reviewer_notes_down(rita: Client) -> None:
    sequence.seal(timezone.now())
    old = keys.vkeys()[0].key_id.hex()
    keys.new_signer(sequence.head().origin)
    keys.retire_signer(old)
    page = text(rita.get("/console/log/"))
    for key in keys.vkeys():
        assert f'<bdi class="code small">{key}</bdi>' in page
    assert (page.count("Signs since "), page.count("Signed from ")) == (1, 1)
    assert 'href="/audit/keys"' in page


def test_the_evidence_is_taken_home_and_verified_there(rita: Client, bob: User, tmp_path: Path) -> None:
    assert "Nothing is sealed yet" in text(rita.get("/console/log/bundle.zip", follow=True))
    acted(bob)
    sequence.seal(timezone.now())
    answer = rita.get("/console/log/bundle.zip")
    path = tmp_path / "evidence.zip"
    path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    verdict = verify.verify_bundle(path, verify.Trust(keys=tuple(keys.vkeys())))
    assert verdict.count == verdict.checkpoint.size > 0


def test_a_downloaded_bundle_is_an_entry_that_says_of_which_time(rita: Client) -> None:
    sequence.seal(timezone.now())
    rita.get("/console/log/bundle.zip?since=2026-01-05")
    read, taken = reversed(Entry.objects.order_by("-pk")[:2])
    assert (read.action, read.object_id) == ("console.read", "log.export")
    assert (taken.action, taken.role, taken.result) == ("log.export", "reviewer", "ok")
    assert taken.detail["since"].startswith("2026-01-05T00:00:00")


def test_a_lawful_export_has_nothing_outside_of_its_scope(alice: User, bob: User, carol: User, tmp_path: Path) -> None:
    first, second = at_console(alice, Role.SENIOR), at_console(carol, Role.SENIOR)
    inside, outside = acted(bob), acted(carol)
    today = timezone.now().date().isoformat()
    ask = {"kind": "police", "authority": "City police", "ground": "Art. 12", "person": "bob", "room": ""}
    first.post("/console/lawful/ask/", {**ask, "start": today, "end": today})
    address = f"/console/lawful/{LawfulRequest.objects.get().pk}"
    assert first.post(f"{address}/decide/", {"decision": "approve"}).status_code == 302
    assert b"PK" not in first.post(f"{address}/export/").content
    second.post(f"{address}/decide/", {"decision": "approve"})
    sequence.seal(timezone.now())
    data = b"".join(first.post(f"{address}/export/").streaming_content)  # type: ignore[attr-defined]
    lines = zipfile.ZipFile(io.BytesIO(data)).read("entries.jsonl").decode()
    assert inside.event in lines
    assert outside.event not in lines
    assert carol.uid not in lines
    path = tmp_path / "request.zip"
    path.write_bytes(data)
    assert verify.verify_bundle(path).withheld > 0
    assert entry(action="lawful.export", result="ok").second == carol.uid
    assert not first.post(f"{address}/export/").streaming


def test_a_guest_reads_ids_for_names_but_of_whom_two_people_agreed_to_name(
    rita: Client, alice: User, bob: User, carol: User, femi: User
) -> None:
    record("member.mute", source=HERE, actor=bob.uid, object_type="member", object_id=carol.uid, second=femi.uid)
    wish = unmasking.ask(carol.uid, "A court asks.", by=alice, now=timezone.now(), source=HERE)
    page = "/console/log/?action=member.mute"
    listed_so = text(rita.get(page)).partition("<h1>")[2]
    assert bob.uid in listed_so
    assert carol.uid in listed_so
    assert not [one for one in (bob, carol, femi) if one.display_name in listed_so]
    unmasking.decide(wish.pk, approved=True, by=femi, now=timezone.now(), source=HERE)
    listed_so = text(rita.get(page)).partition("<h1>")[2]
    assert "Carol" in listed_so
    assert not [one for one in (bob, femi) if one.display_name in listed_so]
