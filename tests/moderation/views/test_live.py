"""The live rooms in the console: alice hosts, bob speaks, carol listens, dana watches."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry, Result
from moderation.cases import State
from moderation.models import Case, Decision, Freeze, Grant
from moderation.staff import GUESTS, Role
from rooms import process
from rooms.models import Access, Member, Room
from rooms.roles import Move
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.desk import moderator, reported
from tests.rooms.scenes import a_room, come, do

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    room = a_room(alice, Access.INVITE)
    Member.objects.create(room=room, user=bob, number=2, admitted=True)
    Member.objects.create(room=room, user=carol, number=3, admitted=True)
    Room.objects.update(numbers=3)
    for person in (alice, bob, carol):
        come(person, room, now=timezone.now())
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    return room


@pytest.fixture
def desk(dana: User) -> Client:
    return at_console(dana, Role.MODERATOR)


def number(person: User, room: Room) -> int:
    return Member.objects.get(room=room, user=person).number


def test_who_speaks_and_how_many_listen_is_seen_of_every_live_room(room: Room, desk: Client) -> None:
    page = text(desk.get("/console/live/"))
    assert "Slow Sunday" in page
    assert "2 on stage" in page
    assert "1 listening" in page
    assert "Bob" in page
    assert "Carol" not in page


def test_who_talks_right_now_is_marked_and_nobody_who_does_not(
    room: Room, desk: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "talking", lambda: {room.pk: frozenset({number(bob, room), 99})})
    page = text(desk.get("/console/live/?part=rooms"))
    assert page.count(">talking<") == 1
    bobs = page[page.index("facts talking") :]
    assert bobs.index("Bob") < bobs.index(">talking<") < bobs.index("</li>")


def test_a_room_with_an_open_case_stands_first_and_leads_to_it(
    room: Room, desk: Client, bob: User, carol: User
) -> None:
    a_room(carol)
    case = reported(carol, bob, room).case
    page = text(desk.get("/console/live/?part=rooms"))
    assert page.index(room.pk) < page.index(Room.objects.exclude(pk=room.pk).get().pk)
    assert f"/console/cases/{case.pk}/" in page
    assert "<html" not in page


def test_whoever_has_a_part_in_a_case_sees_it_neither_there_nor_by_how_the_room_looks_or_where_it_stands(
    room: Room, desk: Client, dana: User, alice: User, bob: User, carol: User, mallory: User
) -> None:
    full = a_room(alice)
    for person in (alice, bob, carol, mallory):
        come(person, full, now=timezone.now())
    Member.objects.create(room=room, user=dana, number=4, joined_at=timezone.now())
    reported(carol, dana, room)
    mine, others = text(desk.get("/console/live/")), text(at_console(moderator("Eli"), None).get("/console/live/"))
    assert ("grade-" in mine, "grade-" in others) == (False, True)
    assert others.index(f'id="room-{room.pk}"') < others.index(f'id="room-{full.pk}"')
    assert mine.index(f'id="room-{full.pk}"') < mine.index(f'id="room-{room.pk}"')


def test_a_room_is_found_by_words_of_its_title(room: Room, desk: Client) -> None:
    assert "Slow Sunday" in text(desk.get("/console/live/?q=sunDAY"))
    page = text(desk.get("/console/live/?q=monday"))
    assert "Slow Sunday" not in page
    assert "No live room is called that." in page


def test_a_case_is_opened_from_there_for_somebody_else_and_the_minute_sealed(
    room: Room, desk: Client, dana: User, bob: User
) -> None:
    said = {"room": room.pk, "member": number(bob, room), "policy": "hate"}
    page = text(desk.post("/console/live/case/", said, follow=True))
    case = Case.objects.get()
    assert (case.subject, case.holder, case.reports.get().staff) == (bob, None, dana)
    assert Freeze.objects.filter(case=case).exists()
    told = Entry.objects.get(action="report.make")
    assert f"Somebody else decides, since you report it. It is entry {told.pk} of the log." in page
    assert f"/console/cases/{case.pk}/" not in page


@pytest.mark.parametrize("act", ["claim/", "decide/", "evidence/ask/"])
def test_whoever_opened_a_case_is_kept_from_it(room: Room, desk: Client, bob: User, act: str) -> None:
    desk.post("/console/live/case/", {"room": room.pk, "member": number(bob, room), "policy": "hate"})
    before = Case.objects.values().get()
    verdict = {"measure": "warn", "policy": "hate", "facts": "He shouted.", "ground": "terms", "reason": "To hear it."}
    answer = desk.post(f"/console/cases/{before['id']}/{act}", verdict, follow=True)
    assert answer.status_code == 403
    assert "You have a part in this case" in text(answer)
    assert Case.objects.values().get() == before
    assert not Decision.objects.exists()
    assert not Grant.objects.exists()


def test_a_case_about_a_whole_room_has_no_person(room: Room, desk: Client) -> None:
    desk.post("/console/live/case/", {"room": room.pk, "member": "", "policy": "spam"})
    assert Case.objects.get().subject is None


def test_a_case_that_somebody_works_on_stays_theirs(room: Room, desk: Client, bob: User, mallory: User) -> None:
    said = {"room": room.pk, "member": number(bob, room), "policy": "hate"}
    desk.post("/console/live/case/", said)
    case = Case.objects.get()
    at_console(mallory, Role.MODERATOR).post(f"/console/cases/{case.pk}/claim/")
    desk.post("/console/live/case/", said | {"policy": "spam"})
    case.refresh_from_db()
    assert (case.holder, case.state, case.reports.count()) == (mallory, State.CLAIMED, 2)


@pytest.mark.parametrize("said", [{"policy": "nonsense"}, {"room": "aaaaaaaaaaaa"}, {"member": "99"}])
def test_what_makes_no_sense_opens_nothing(room: Room, desk: Client, said: dict[str, str]) -> None:
    desk.post("/console/live/case/", {"room": room.pk, "member": "", "policy": "spam"} | said)
    assert not Case.objects.exists()


def test_whoever_listens_in_comes_into_any_room_for_one_visit(room: Room, desk: Client, dana: User) -> None:
    answer = desk.post("/console/live/listen/", {"room": room.pk})
    assert answer.headers["Location"] == f"/r/{room.pk}/" or answer.headers["Location"] == f"/r/{room.pk}"
    assert desk.get(answer.headers["Location"]).status_code == 200
    come(dana, room, now=timezone.now())
    assert Room.objects.get().observed
    assert Entry.objects.filter(action="room.observe", result=Result.OK).count() == 1
    assert "Moderation is listening" in text(desk.get("/console/live/"))


def test_a_room_that_is_over_is_not_listened_to(room: Room, desk: Client, alice: User, dana: User) -> None:
    do(alice, room, Move.END)
    page = text(desk.post("/console/live/listen/", {"room": room.pk}, follow=True))
    assert "The room is not live any more." in page
    assert not Member.objects.filter(user=dana).exists()


@pytest.mark.parametrize("role", [None, Role.REVIEWER, Role.INSPECTOR])
def test_whoever_only_reads_neither_opens_cases_nor_listens_in(room: Room, mallory: User, role: Role | None) -> None:
    client = at_console(mallory, role)
    for act, said in (("case/", {"room": room.pk, "policy": "spam"}), ("listen/", {"room": room.pk})):
        assert client.post(f"/console/live/{act}", said).status_code == 403
    assert not Case.objects.exists()
    assert not Member.objects.filter(user=mallory).exists()


def test_as_many_statements_for_many_rooms_as_for_one(room: Room, desk: Client, carol: User) -> None:
    desk.get("/console/live/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/console/live/")
    for _ in range(4):
        a_room(carol)
    with CaptureQueriesContext(connection) as many:
        desk.get("/console/live/")
    assert len(many) == len(one)


@pytest.mark.parametrize("role", GUESTS)
@pytest.mark.parametrize("page", ["live", "powers"])
def test_a_guest_sees_ids_in_place_of_names(room: Room, alice: User, mallory: User, role: Role, page: str) -> None:
    told = text(at_console(mallory, role).get(f"/console/{page}/")).partition("<h1>")[2]
    assert alice.uid in told
    assert "Alice" not in told
