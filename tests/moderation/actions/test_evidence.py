"""Evidence of cases: carol reported bob, who spoke; alice, who hosts, spoke too."""

from datetime import timedelta

import pytest

from accounts.models import User
from moderation.actions import evidence
from moderation.audit.models import Entry
from moderation.cases import State
from moderation.evidence import sealed
from moderation.models import Case, Evidence, Freeze, Frozen
from rooms import evidence as signals
from rooms.models import Member, Room
from tests.log import entries, entry
from tests.moderation import tape
from tests.moderation.desk import reported
from tests.rooms.scenes import NOON, carry

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(seconds=2)
MONTH = timedelta(days=30)


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


@pytest.fixture
def freeze(room: Room, bob: User, carol: User) -> Freeze:
    return reported(carol, bob, room).freeze


def number(user: User) -> int:
    return Member.objects.get(user=user).number


def attached(freeze: Freeze, *users: User) -> list[Evidence]:
    for user in users:
        tape.sealed(freeze, number(user))
    return list(evidence.attach(freeze.pk, SOON))


def closed(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state=State.CLOSED, closed_at=NOON)


def folder() -> set[str]:
    return {file.name for file in evidence.folder().glob("*")}


def test_each_speakers_track_is_kept_with_an_entry_that_has_the_hash_of_every_chunk(
    freeze: Freeze, alice: User, bob: User
) -> None:
    tracks = attached(freeze, alice, bob)
    assert [track.user for track in tracks] == [alice, bob]
    for track, speaker in zip(tracks, (alice, bob), strict=True):
        file = sealed.read((evidence.folder() / track.file).read_bytes())
        noted = entry(action="evidence.seal", object=speaker.uid)
        assert noted.detail["hashes"] == track.hashes == file.hashes
        assert noted.detail["digest"] == track.digest == file.digest.hex()
        assert noted.case == str(freeze.case_id)
        assert Entry.objects.get(pk=track.entry).action == "evidence.seal"
        assert (track.packets, track.end_at - track.start_at) == (100, timedelta(milliseconds=1980))
    freeze.refresh_from_db()
    assert (freeze.outcome, freeze.answered_at) == (Frozen.SEALED, SOON)


def test_the_entry_names_the_speaker_nowhere_in_the_clear(freeze: Freeze, bob: User) -> None:
    attached(freeze, bob)
    detail = Entry.objects.get(action="evidence.seal").detail
    assert set(detail) == {"freeze", "digest", "hashes", "packets", "start_ms", "end_ms"}


def test_done_again_it_adds_nothing_but_what_came_since(freeze: Freeze, alice: User, bob: User) -> None:
    attached(freeze, bob)
    before = Entry.objects.count()
    assert len(attached(freeze)) == 1
    assert Entry.objects.count() == before
    assert len(attached(freeze, alice)) == 2
    assert len(entries(action="evidence.seal")) == 2
    assert len(entries(action="evidence.answer")) == 1


def test_without_an_answer_and_without_a_file_the_freeze_stays_open(freeze: Freeze) -> None:
    assert attached(freeze) == []
    freeze.refresh_from_db()
    assert freeze.outcome == ""
    assert entries(action="evidence.answer") == []


def test_an_answer_without_files_says_that_nothing_was_kept(freeze: Freeze) -> None:
    evidence.attach(freeze.pk, SOON, answered=())
    evidence.attach(freeze.pk, SOON, answered=())
    freeze.refresh_from_db()
    assert freeze.outcome == Frozen.EMPTY
    assert entry(action="evidence.answer").reason == Frozen.EMPTY


def test_where_several_carried_the_room_each_must_answer(freeze: Freeze, bob: User) -> None:
    Freeze.objects.filter(pk=freeze.pk).update(waiting=["m1", "m2"])
    name = tape.sealed(freeze, number(bob))
    assert len(evidence.attach(freeze.pk, SOON, sfu="m1", answered=(name,))) == 1, "what is there is kept at once"
    evidence.attach(freeze.pk, SOON, sfu="m1", answered=(name,))
    freeze.refresh_from_db()
    assert (freeze.outcome, freeze.waiting) == ("", ["m2"])
    evidence.attach(freeze.pk, SOON, sfu="m2", answered=())
    freeze.refresh_from_db()
    assert (freeze.outcome, freeze.waiting) == (Frozen.SEALED, [])


def test_where_all_say_that_nothing_was_kept_nothing_was(freeze: Freeze) -> None:
    Freeze.objects.filter(pk=freeze.pk).update(waiting=["m1", "m2"])
    for sfu in ("m2", "m1"):
        freeze.refresh_from_db()
        assert freeze.outcome == ""
        evidence.attach(freeze.pk, SOON, sfu=sfu, answered=())
    freeze.refresh_from_db()
    assert freeze.outcome == Frozen.EMPTY


def test_who_moved_from_one_media_process_to_another_has_a_track_of_each(freeze: Freeze, bob: User) -> None:
    first = evidence.folder() / tape.sealed(freeze, number(bob))
    first.rename(first.with_name(f"{freeze.pk}-0a1b2c3d-{number(bob)}.sealed"))
    tracks = attached(freeze, bob)
    assert [track.user for track in tracks] == [bob, bob]


def test_files_that_are_named_but_not_here_leave_the_freeze_open(freeze: Freeze) -> None:
    evidence.attach(freeze.pk, SOON, answered=(f"{freeze.pk}-1.sealed",))
    freeze.refresh_from_db()
    assert freeze.outcome == ""


def test_what_was_given_up_is_kept_after_all_when_it_comes_late(freeze: Freeze, bob: User) -> None:
    Freeze.objects.filter(pk=freeze.pk).update(outcome=Frozen.LOST, answered_at=NOON)
    attached(freeze, bob)
    freeze.refresh_from_db()
    assert freeze.outcome == Frozen.SEALED


def test_a_freeze_that_nobody_asked_for_is_not_kept(freeze: Freeze, bob: User) -> None:
    tape.sealed(freeze, number(bob))
    assert evidence.attach("f" * 16, SOON, answered=()) == []
    assert evidence.attach("*", SOON, answered=()) == []
    assert not Evidence.objects.exists()


def test_a_file_that_is_not_what_its_name_says_is_not_kept(freeze: Freeze, alice: User, bob: User) -> None:
    name = tape.sealed(freeze, number(bob))
    (evidence.folder() / name).rename(evidence.folder() / f"{freeze.pk}-{number(alice)}.sealed")
    tape.sealed(freeze, 7, room="another")
    (evidence.folder() / f"{freeze.pk}-x.sealed").write_bytes(b"nothing")
    assert attached(freeze) == []
    assert not Evidence.objects.exists()


def test_the_report_of_a_media_process_is_heard(freeze: Freeze, bob: User) -> None:
    name = tape.sealed(freeze, number(bob))
    signals.sealed.send(None, room=freeze.room, freeze=freeze.pk, sfu="m1", tracks=(name,))
    assert Evidence.objects.get().file == name


def test_what_was_said_is_read_back_with_the_cases_key(freeze: Freeze, bob: User) -> None:
    tape.sealed(freeze, number(bob), tape.tone(440, 50))
    (track,) = attached(freeze)
    assert tuple(record.payload for record in evidence.unsealed(track)) == tape.tone(440, 50)


def test_a_file_and_a_row_that_both_were_changed_are_found_by_the_log(freeze: Freeze, bob: User) -> None:
    (track,) = attached(freeze, bob)
    tape.sealed(freeze, number(bob))  # another file with the same words, for the same key
    track.hashes = sealed.read((evidence.folder() / track.file).read_bytes()).hashes
    track.save()
    with pytest.raises(sealed.Refused) as caught:
        evidence.unsealed(track)
    assert caught.value.code is sealed.Code.CHANGED
