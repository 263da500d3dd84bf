"""The REST API, as a signed-in browser uses it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Result
from rooms.audience import PAGE
from rooms.bucket import Bucket
from rooms.models import Access, Member, Room, State
from rooms.roles import Move
from tests.log import entry
from tests.rooms.scenes import NOON, a_room, block, come, do, fresh, member, shape

pytestmark = pytest.mark.django_db(transaction=True)
LATER = (timezone.now() + timedelta(days=1)).isoformat()


class Signed:
    """A signed-in browser that says what the API answered."""

    def __init__(self, user: User | None, **options: Any) -> None:
        self.client = Client(**options)
        if user:
            self.client.force_login(user)

    def __call__(self, method: str, path: str, **data: Any) -> tuple[int, Any]:
        call: Callable[..., Any] = getattr(self.client, method)
        more = {"content_type": "application/json"} if method != "get" else {}
        response = call(f"/api/v1/rooms/{path}", data, **more)
        return response.status_code, response.json() if response.content else None


def test_a_room_is_opened_and_stands_in_the_hallway(alice: User, bob: User) -> None:
    status, card = Signed(alice)("post", "", title="Slow  Sunday ", access="open", language="zh-hans")
    assert status == 201
    assert (card["title"], card["state"], card["host"]["name"]) == ("Slow Sunday", "live", "Alice")
    status, hallway = Signed(bob)("get", "")
    assert [one["id"] for one in hallway["results"]] == [card["id"]]


def test_a_card_shows_who_is_on_stage_and_how_many_listen(open_room: Room, alice: User, bob: User, carol: User) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    _, card = Signed(carol)("get", f"{open_room.pk}/")
    assert card["stage"] == [{"number": 1, "uid": alice.uid, "name": "Alice", "avatar": ""}]
    assert (card["speaking"], card["listening"]) == (1, 2)


def test_whom_one_blocked_and_would_hear_is_told_as_it_is_now(
    open_room: Room, alice: User, bob: User, carol: User, mallory: User
) -> None:
    for person in (alice, bob, mallory):
        come(person, open_room)
        block(carol, person)

    def names() -> list[str]:
        return [person["name"] for person in Signed(carol)("get", f"{open_room.pk}/blocked/")[1]["results"]]

    assert names() == ["Alice"]
    do(alice, open_room, Move.INVITE, bob)
    do(bob, open_room, Move.ACCEPT)
    assert names() == ["Alice", "Bob"]
    assert Signed(bob)("get", f"{open_room.pk}/blocked/") == (200, {"results": []})


def test_nobody_learns_of_a_hidden_room_by_asking_whom_they_blocked_there(alice: User, mallory: User) -> None:
    room = a_room(alice, Access.INVITE)
    block(mallory, alice)
    assert Signed(mallory)("get", f"{room.pk}/blocked/")[0] == 404
    assert Signed(None)("get", f"{room.pk}/blocked/")[0] in (401, 403)


def test_a_scheduled_room_is_started_by_its_host_alone(alice: User, bob: User) -> None:
    _, card = Signed(alice)("post", "", title="Tomorrow", access="open", scheduled_for=LATER)
    assert card["state"] == "scheduled"
    assert Signed(bob)("post", f"{card['id']}/start/")[0] == 403
    status, card = Signed(alice)("post", f"{card['id']}/start/")
    assert (status, card["state"]) == (200, "live")
    assert Signed(alice)("post", f"{card['id']}/start/")[1]["code"] == "already"


def test_a_room_is_changed_by_its_host_and_the_answer_is_its_card(open_room: Room, alice: User, bob: User) -> None:
    come(bob, open_room)
    path = f"{open_room.pk}/"
    status, card = Signed(alice)("patch", path, link=" https://EXAMPLE.org/book ", topic="")
    assert (status, card["link"], card["topic"], card["title"]) == (200, "https://example.org/book", "", "Slow Sunday")
    assert Signed(alice)("patch", path, link="javascript:alert(1)")[1]["code"] == "bad_link"
    assert Signed(alice)("patch", path, language="!")[1]["detail"].keys() == {"language"}
    assert Signed(bob)("patch", path, title="Mine")[1]["code"] == "forbidden"


def test_too_many_changes_are_refused(open_room: Room, alice: User) -> None:
    host = Signed(alice)
    answers = [host("patch", f"{open_room.pk}/", title=f"Take {n}")[0] for n in range(33)]
    assert answers == [200] * 30 + [429] * 3


def test_a_scheduled_room_may_be_called_off(alice: User, bob: User) -> None:
    _, card = Signed(alice)("post", "", title="Tomorrow", access="open", scheduled_for=LATER)
    assert Signed(bob)("post", f"{card['id']}/end/")[0] == 403
    assert Signed(alice)("post", f"{card['id']}/end/")[0] == 204
    assert Room.objects.get().state == State.ENDED


def test_moves_are_those_of_the_socket(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    path = f"{open_room.pk}/moves/"
    assert Signed(bob)("post", path, move="raise_hand")[0] == 204
    assert Signed(bob)("post", path, move="accept")[1]["code"] == "forbidden"
    assert Signed(alice)("post", path, move="invite", member=2)[0] == 204
    assert member(bob, open_room).stage == "invited"
    assert Signed(alice)("post", f"{open_room.pk}/end/")[0] == 204
    assert Room.objects.get().state == State.ENDED


def test_hands_raised_too_often_are_refused_and_nothing_changes(open_room: Room, alice: User, bob: User) -> None:
    for person in (alice, bob):
        come(person, open_room)
    path, waving, other = f"{open_room.pk}/moves/", Signed(bob), Signed(alice)
    for _ in range(5):
        assert waving("post", path, move="raise_hand", member=2)[0] == 204
        assert waving("post", path, move="lower_hand")[0] == 204
    before = fresh(open_room)
    for _ in range(3):
        status, body = waving("post", path, move="raise_hand")
        assert (status, body["code"]) == (429, "too_many")
    assert fresh(open_room) == before
    refusal = entry(result=Result.REFUSED)
    assert (refusal.action, refusal.actor, refusal.reason) == ("member.raise_hand", bob.uid, "too_many")
    assert other("post", path, move="raise_hand")[1]["code"] == "wrong_stage"  # by the role table, not by the rate


def test_a_hand_raised_by_the_last_chance_can_still_be_lowered_by_anybody_who_may(
    open_room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (alice, bob):
        come(person, open_room)
    bucket = Bucket(rate=0, burst=2, at=0)
    monkeypatch.setattr("rooms.door._hands", lambda _uid: bucket)
    path = f"{open_room.pk}/moves/"
    for by, named in ((bob, {}), (alice, {"member": 2})):
        assert Signed(bob)("post", path, move="raise_hand")[0] == 204
        assert Signed(by)("post", path, move="lower_hand", **named)[0] == 204
    assert Signed(bob)("post", path, move="raise_hand")[0] == 429
    assert member(bob, open_room).stage == "audience"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"title": "", "access": "open"},
        {"title": "x" * 101, "access": "open"},
        {"title": "x", "access": "secret"},
        {"title": "x", "access": "open", "language": "!"},
        {"title": "x", "access": "open", "scheduled_for": "soon"},
        {"title": "x", "access": "open", "scheduled_for": "9999-12-31T23:59:59Z"},
    ],
)
def test_what_is_wrong_is_named_field_by_field(alice: User, wrong: dict[str, str]) -> None:
    status, body = Signed(alice)("post", "", **wrong)
    assert (status, body["code"]) == (400, "invalid")
    assert set(body["detail"]) <= {"title", "access", "language", "scheduled_for"}
    assert body["detail"]
    assert not Room.objects.exists()


def test_json_that_is_nested_too_deep_is_none(alice: User) -> None:
    signed = Client()
    signed.force_login(alice)
    answer = signed.post("/api/v1/rooms/", "[" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")


def test_a_title_that_may_not_be_shown_is_refused(alice: User) -> None:
    status, body = Signed(alice)("post", "", title="a\u202eb", access="open")
    assert (status, body["code"]) == (400, "bad_words")


def test_whoever_is_not_signed_in_gets_401_and_a_forged_form_403(open_room: Room, alice: User) -> None:
    assert Signed(None)("get", "") == (401, {"code": "signed_out", "message": "Sign in first."})
    assert Signed(alice, enforce_csrf_checks=True)("post", f"{open_room.pk}/end/")[1]["code"] == "forbidden"
    assert Room.objects.get().state == State.LIVE


PATHS = [
    ("get", ""),
    ("patch", ""),
    ("post", "start/"),
    ("post", "end/"),
    ("get", "members/"),
    ("post", "moves/"),
    ("get", "invites/"),
    ("post", "invites/"),
    ("delete", "invites/aaaaaaaaaaaa/"),
    ("post", "tokens/"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_hidden_room_answers_like_a_missing_one_by_the_same_queries(
    hidden_room: Room, mallory: User, method: str, path: str
) -> None:
    stranger = Signed(mallory)
    answers, queries = [], []
    for room in (hidden_room.pk, "aaaaaaaaaaaa"):
        with CaptureQueriesContext(connection) as caught:
            answers.append(stranger(method, f"{room}/{path}", **({"move": "end"} if path == "moves/" else {})))
        queries.append([shape(query["sql"]) for query in caught])
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert answers[0][1]["code"] == "not_found"
    assert queries[0] == queries[1]
    assert stranger("get", "")[1]["results"] == []


@pytest.mark.parametrize("room", ["%00", "aaaaaaaaaaa%00", "A" * 12, "%F0%9F%98%80", "x" * 300])
def test_what_can_be_no_id_is_not_found(alice: User, room: str) -> None:
    for method, path in PATHS:
        data = {"move": "end"} if path == "moves/" else {}
        assert Signed(alice)(method, f"{room}/{path}", **data)[1]["code"] == "not_found"


def test_the_banned_do_not_see_the_room_in_the_hallway(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.BAN, bob)
    assert Signed(bob)("get", "")[1]["results"] == []
    assert Signed(alice)("get", "")[1]["results"] != []


def test_a_link_is_shown_once_and_can_be_revoked(secret_room: Room, alice: User) -> None:
    host = Signed(alice)
    status, made = host("post", f"{secret_room.pk}/invites/", uses=3, stage="speaking")
    assert status == 201
    assert made["url"].startswith("http://localhost")
    _, listed = host("get", f"{secret_room.pk}/invites/")
    assert [(one["id"], one["uses_left"], "url" in one) for one in listed["results"]] == [(made["id"], 3, False)]
    assert host("delete", f"{secret_room.pk}/invites/{made['id']}/")[0] == 204
    assert host("get", f"{secret_room.pk}/invites/")[1]["results"] == []
    assert host("delete", f"{secret_room.pk}/invites/{made['id']}/")[1]["code"] == "already"


def test_a_person_is_invited_by_name(secret_room: Room, alice: User, bob: User) -> None:
    status, made = Signed(alice)("post", f"{secret_room.pk}/invites/", username="bob")
    assert (status, made["member"]) == (201, 2)
    assert Signed(bob)("get", f"{secret_room.pk}/")[0] == 200
    assert Signed(alice)("post", f"{secret_room.pk}/invites/", username="nobody")[1]["code"] == "no_member"


def test_the_audience_is_read_page_by_page_by_those_who_are_there(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    crowd = [User.objects.create(username=f"guest{n}", display_name=f"Guest {n}") for n in range(PAGE + 10)]
    rows = [Member(room=open_room, user=u, number=n, present=True, joined_at=NOON) for n, u in enumerate(crowd, 2)]
    Member.objects.bulk_create(rows)
    path, host = f"{open_room.pk}/members/", Signed(alice)
    assert Signed(bob)("get", path)[1]["code"] == "not_present"
    _, first = host("get", path, stage="audience")
    _, second = host("get", path, stage="audience", after=first["next"])
    assert [one["number"] for one in first["results"] + second["results"]] == list(range(2, PAGE + 12))
    assert (len(first["results"]), second["next"]) == (PAGE, None)
    assert set(first["results"][0]) == {
        "number", "uid", "name", "avatar", "ai_voice", "rank", "stage", "muted", "hand", "known"
    }  # fmt: skip
    assert len(host("get", path, q="guest 5")[1]["results"]) == 11


@pytest.mark.parametrize("after", ["51", "known", "known-", "known--1", "known-9999999999", "others-1.5", "nobody-1"])
def test_what_is_no_cursor_is_refused(open_room: Room, alice: User, after: str) -> None:
    come(alice, open_room)
    assert Signed(alice)("get", f"{open_room.pk}/members/", after=after)[1]["code"] == "invalid"


def test_nobody_finds_a_person_by_the_name_they_sign_in_with(open_room: Room, alice: User, bob: User) -> None:
    come(bob, open_room)
    User.objects.filter(pk=bob.pk).update(display_name="Robert")
    assert Signed(alice)("get", f"{open_room.pk}/members/", q="bo")[1]["results"] == []
    assert len(Signed(alice)("get", f"{open_room.pk}/members/", q="rob")[1]["results"]) == 1


def test_tokens_are_given_to_those_who_may_use_them(open_room: Room, alice: User, bob: User) -> None:
    status, made = Signed(alice)("post", f"{open_room.pk}/tokens/", speak=True)
    assert status == 201
    assert set(made) == {"token", "expires_at"}
    assert Signed(bob)("post", f"{open_room.pk}/tokens/", speak=True)[0] == 403
    assert Signed(bob)("post", f"{open_room.pk}/tokens/")[0] == 201


def test_too_many_rooms_at_once_are_refused(alice: User) -> None:
    host = Signed(alice)
    answers = [host("post", "", title="One more", access="open")[0] for _ in range(23)]
    assert answers == [201] * 20 + [429] * 3
    refusal = entry(result=Result.REFUSED)
    assert (refusal.action, refusal.actor, refusal.reason) == ("room.open", alice.uid, "too_many")


def test_without_redis_privileged_acts_fail_closed(own_valkey: Any, open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    own_valkey.stop()
    path = f"{open_room.pk}/moves/"
    assert Signed(alice)("post", path, move="ban", member=2) == (
        503,
        {"code": "unavailable", "message": "That is not possible right now. Try again in a moment."},
    )
    assert member(bob, open_room).present
    assert Signed(bob)("post", path, move="raise_hand")[0] == 204
    assert Signed(alice)("post", "", title="x", access="open")[0] == 503


def test_a_hundred_rooms_cost_no_more_queries_than_one(alice: User, bob: User) -> None:
    counts, browser = [], Signed(bob)
    for _ in range(2):
        a_room(alice)
        with CaptureQueriesContext(connection) as caught:
            browser("get", "")
        counts.append(len(caught))
    assert counts[0] == counts[1]
