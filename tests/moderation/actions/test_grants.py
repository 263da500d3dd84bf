"""Opening evidence takes two: dana works on the case about bob, femi lets her; grace is another senior moderator."""

import io
from datetime import timedelta

import av
import pytest
from structlog.testing import capture_logs

from accounts.models import User
from moderation import cases
from moderation.actions import appeals, deadlines, evidence, grants, staff
from moderation.actions import cases as working
from moderation.actions.base import Code, Refused
from moderation.actions.grants import GRANTED
from moderation.cases import IDLE, State
from moderation.models import Case, Evidence, Grant
from moderation.staff import FRESH, Role
from rooms.models import Member, Room
from tests.log import entries, entry
from tests.moderation import tape
from tests.moderation.desk import claimed, decided, moderator, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE, carry, come

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta(minutes=1)


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


@pytest.fixture
def track(room: Room, bob: User, carol: User, dana: User) -> Evidence:
    """Bob's tone, sealed for a case that Dana has claimed."""
    freeze = reported(carol, bob, room).freeze
    tape.sealed(freeze, Member.objects.get(user=bob).number, tape.tone(440))
    (track,) = evidence.attach(freeze.pk, NOON)
    claimed(freeze.case, dana)
    return track


def ask(track: Evidence, by: User) -> Grant:
    return grants.ask(track.case_id, "One has to hear it.", by=by, now=NOON, source=SOURCE)


def approve(grant: Grant, by: User, factor: timedelta | None = AT_ONCE) -> Grant:
    return grants.approve(grant.pk, by=by, factor=factor, now=NOON, source=SOURCE)


def listen(
    grant: Grant, track: Evidence, by: User, factor: timedelta | None = AT_ONCE, later: timedelta = timedelta(0)
) -> bytes:
    return grants.open_track(grant.pk, track.pk, by=by, factor=factor, now=NOON + later, source=SOURCE)


def test_with_leave_the_tone_is_heard_and_the_entry_is_there_before_it(
    track: Evidence, dana: User, femi: User, bob: User
) -> None:
    grant = approve(ask(track, dana), femi)
    sound = listen(grant, track, dana)
    with av.open(io.BytesIO(sound), "r") as file:
        assert tuple(bytes(packet) for packet in file.demux(audio=0) if packet.size) == tape.tone(440)
    opened = entry(action="evidence.open")
    assert (opened.actor, opened.second, opened.object) == (dana.uid, femi.uid, bob.uid)
    assert (opened.detail["evidence"], opened.detail["grant"]) == (track.pk, grant.pk)
    assert [one.action for one in entries() if one.action.startswith("evidence.")][-3:] == [
        "evidence.ask",
        "evidence.approve",
        "evidence.open",
    ]


def test_the_entry_is_committed_before_the_file_is_read(
    track: Evidence, dana: User, femi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = approve(ask(track, dana), femi)
    seen: list[int] = []

    def read(_: Evidence) -> list[object]:
        seen.append(len(entries(action="evidence.open")))
        return []

    monkeypatch.setattr(grants, "unsealed", read)
    listen(grant, track, dana)
    assert seen == [1]


def test_where_the_log_cannot_be_written_nothing_is_heard(
    track: Evidence, dana: User, femi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = approve(ask(track, dana), femi)

    def broken(*_: object, **__: object) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr(grants, "note", broken)
    with pytest.raises(OSError, match="full"):
        listen(grant, track, dana)


def test_only_who_works_on_the_case_may_ask(track: Evidence, femi: User) -> None:
    eli = moderator("Eli")
    unchanged(cases.Code.UNCLAIMED, lambda: ask(track, eli))
    unchanged(cases.Code.UNCLAIMED, lambda: ask(track, femi))


def test_a_wish_needs_a_reason_and_is_made_once(track: Evidence, dana: User) -> None:
    unchanged(Code.EMPTY, lambda: grants.ask(track.case_id, " ", by=dana, now=NOON, source=SOURCE))
    ask(track, dana)
    unchanged(Code.DECIDED, lambda: ask(track, dana))


def test_there_is_nothing_to_ask_for_where_nothing_is_kept(track: Evidence, dana: User) -> None:
    Evidence.objects.update(destroyed_at=NOON, size=0)
    unchanged(Code.GONE, lambda: ask(track, dana))
    unchanged(Code.GONE, lambda: grants.ask(99, "why", by=dana, now=NOON, source=SOURCE))


def test_nobody_lets_themselves_also_a_senior_who_works_on_it(room: Room, track: Evidence, dana: User) -> None:
    femi = moderator("Femi", Role.SENIOR)
    working.hand_over(track.case_id, femi, by=dana, now=NOON, source=SOURCE)
    grant = ask(track, femi)
    unchanged(Code.SAME_PERSON, lambda: approve(grant, femi))


def test_only_a_senior_moderator_lets_somebody(track: Evidence, dana: User) -> None:
    grant, eli = ask(track, dana), moderator("Eli")
    unchanged(cases.Code.SENIOR, lambda: approve(grant, eli))


def test_neither_the_subject_nor_a_reporter_lets_somebody(
    track: Evidence, dana: User, bob: User, carol: User, alice: User
) -> None:
    grant = ask(track, dana)
    for person, code in ((bob, cases.Code.SUBJECT), (carol, cases.Code.REPORTER)):
        _on_staff(person)
        unchanged(code, lambda person=person: approve(grant, person))  # type: ignore[misc]


@pytest.mark.parametrize("factor", [None, FRESH + timedelta(seconds=1)])
def test_an_old_second_factor_neither_lets_nor_opens(
    track: Evidence, dana: User, femi: User, factor: timedelta | None
) -> None:
    grant = ask(track, dana)
    unchanged(Code.STALE, lambda: approve(grant, femi, factor))
    approve(grant, femi, FRESH)
    unchanged(Code.STALE, lambda: listen(grant, track, dana, factor))
    assert listen(grant, track, dana, FRESH)


def test_a_wish_is_answered_once(track: Evidence, dana: User, femi: User) -> None:
    grant = ask(track, dana)
    grants.refuse(grant.pk, by=femi, factor=AT_ONCE, now=NOON, source=SOURCE)
    assert entry(action="evidence.refuse").second == dana.uid
    unchanged(Code.DECIDED, lambda: approve(grant, femi))
    unchanged(Code.UNDECIDED, lambda: listen(grant, track, dana))


def test_without_an_answer_nothing_opens(track: Evidence, dana: User) -> None:
    grant = ask(track, dana)
    unchanged(Code.UNDECIDED, lambda: listen(grant, track, dana))


def test_leave_is_for_who_asked_alone_not_for_who_gave_it(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    for person in (femi, moderator("Eli")):
        unchanged(Code.GONE, lambda person=person: listen(grant, track, person))  # type: ignore[misc]


def test_leave_ends_after_half_an_hour(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    assert listen(grant, track, dana, later=GRANTED - timedelta(seconds=1))
    unchanged(Code.EXPIRED, lambda: listen(grant, track, dana, later=GRANTED))


def test_leave_ends_with_the_work_on_the_case(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    working.release(track.case_id, by=dana, now=NOON, source=SOURCE)
    unchanged(cases.Code.UNCLAIMED, lambda: listen(grant, track, dana))


def test_leave_ends_with_the_case(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    Case.objects.update(state=State.CLOSED, closed_at=NOON)
    unchanged(cases.Code.STATE, lambda: listen(grant, track, dana))


def test_who_became_a_reporter_of_the_case_since_hears_nothing(
    track: Evidence, dana: User, femi: User, room: Room, bob: User
) -> None:
    grant = approve(ask(track, dana), femi)
    come(dana, room)
    reported(dana, bob, room)
    unchanged(cases.Code.REPORTER, lambda: listen(grant, track, dana))


def test_leave_for_one_case_opens_no_other(track: Evidence, dana: User, femi: User, alice: User, carol: User) -> None:
    grant = approve(ask(track, dana), femi)
    other = reported(carol, alice, Room.objects.get()).freeze
    tape.sealed(other, Member.objects.get(user=alice).number)
    (foreign,) = evidence.attach(other.pk, NOON)
    unchanged(Code.GONE, lambda: listen(grant, foreign, dana))
    unchanged(Code.GONE, lambda: grants.admit(99, track.pk, "sound", by=dana, factor=AT_ONCE, now=NOON, source=SOURCE))


def test_a_file_that_was_changed_is_not_heard_and_said_to_be_broken(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    file = evidence.folder() / track.file
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    with capture_logs() as lines, pytest.raises(Refused) as refused:
        listen(grant, track, dana)
    assert refused.value.code is Code.BROKEN
    broken = entry(action="evidence.broken")
    assert (broken.result, broken.reason, broken.actor) == ("failed", "changed", dana.uid)
    assert [(line["event"], line["log_level"], line["evidence"]) for line in lines] == [
        ("evidence_broken", "error", track.pk)
    ]


def test_a_file_that_is_gone_is_said_to_be_broken(track: Evidence, dana: User, femi: User) -> None:
    grant = approve(ask(track, dana), femi)
    (evidence.folder() / track.file).unlink()
    with pytest.raises(Refused) as refused:
        listen(grant, track, dana)
    assert refused.value.code is Code.BROKEN
    assert entry(action="evidence.broken").reason == "FileNotFoundError"


def test_a_senior_who_is_to_confirm_may_ask_and_a_moderator_may_not(track: Evidence, dana: User, femi: User) -> None:
    Case.objects.update(state=State.ESCALATED, holder=None, held_at=None)
    unchanged(cases.Code.SENIOR, lambda: ask(track, dana))
    grant = ask(track, femi)
    assert listen(approve(grant, moderator("Grace", Role.SENIOR)), track, femi)


def test_a_senior_who_is_to_hear_the_appeal_may_ask_and_who_decided_may_not(
    track: Evidence, bob: User, dana: User, femi: User
) -> None:
    grace = moderator("Grace", Role.SENIOR)
    working.hand_over(track.case_id, grace, by=dana, now=NOON, source=SOURCE)
    early = approve(ask(track, grace), femi)
    appeals.appeal(decided(track.case, grace).pk, "I only sang.", by=bob, now=NOON, source=SOURCE)
    unchanged(cases.Code.FIRST_DECIDER, lambda: ask(track, grace))
    unchanged(cases.Code.FIRST_DECIDER, lambda: listen(early, track, grace))
    assert listen(approve(ask(track, femi), grace), track, femi)


@pytest.mark.parametrize("work", ["ask", "approve", "open"])
def test_a_claim_of_whoever_asks_is_answered_or_listens_is_not_forgotten(
    track: Evidence, dana: User, femi: User, work: str
) -> None:
    later = {"now": NOON + timedelta(minutes=20), "source": SOURCE}
    grant = None if work == "ask" else ask(track, dana)
    if grant is None:
        grants.ask(track.case_id, "One has to hear it.", by=dana, **later)  # type: ignore[arg-type]  # a table
    elif work == "approve":
        grants.approve(grant.pk, by=femi, factor=AT_ONCE, **later)  # type: ignore[arg-type]
    else:
        grants.open_track(approve(grant, femi).pk, track.pk, by=dana, factor=AT_ONCE, **later)  # type: ignore[arg-type]
    assert Case.objects.get().held_at == later["now"]
    assert deadlines.release_idle(NOON + IDLE) == 0
    assert deadlines.release_idle(NOON + IDLE + timedelta(minutes=20)) == 1


def test_a_senior_who_lets_somebody_listen_does_not_renew_a_claim_of_another(
    track: Evidence, dana: User, femi: User
) -> None:
    grant = ask(track, dana)
    working.hand_over(track.case_id, moderator("Eli"), by=dana, now=NOON, source=SOURCE)
    grants.approve(grant.pk, by=femi, factor=AT_ONCE, now=NOON + IDLE, source=SOURCE)
    assert deadlines.release_idle(NOON + IDLE) == 1


def _on_staff(person: User) -> None:
    staff.grant(person, Role.SENIOR, None, now=NOON, source=SOURCE)
