"""The pages of rooms: what they show, to whom, and that the hidden stays hidden."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone

from accounts import notice
from accounts.models import User
from rooms import cards, roles
from rooms.actions import invites
from rooms.actions.observe import observe
from rooms.actions.rooms import Plan, open_room
from rooms.models import Access, Member, Room
from rooms.roles import Move, Stage
from rooms.views import move_table
from tests.accounts.pages import data
from tests.rooms.pages import of, text
from tests.rooms.scenes import NOON, SOURCE, a_room, block, come, do

pytestmark = pytest.mark.django_db


def an_invite(host: User, room: Room, stage: Stage = Stage.AUDIENCE, uses: int = 1) -> str:
    return invites.issue(host, room.pk, stage, uses, 24, source=SOURCE, now=timezone.now()).token


@pytest.mark.parametrize("path", ["/", "/new/", "/history/", "/r/abcdefghijkl/edit/", "/i/token"])
def test_signed_out_people_are_sent_to_the_sign_in_page(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


def test_the_hallway_shows_live_rooms_with_topic_host_and_listeners(alice: User, carol: User, bob: User) -> None:
    room = a_room(alice)
    come(alice, room)
    come(bob, room)
    page = text(of(carol).get("/"))
    assert f'href="/r/{room.pk}"' in page
    for said in ("Slow Sunday", "reading together", "Alice"):
        assert said in page
    assert re.search(r'</svg>1<span class="only-read"> listening', page)


@pytest.mark.parametrize(
    ("language", "card", "room"),
    [
        ("en", '</svg>1,234<span class="only-read"> listening', "1,234 listening"),
        ("zh-hans", '</svg>1,234<span class="only-read"> 人在听', "1,234 人在听"),
    ],
)
def test_thousands_are_written_as_the_room_s_script_writes_them(
    language: str, card: str, room: str, open_room: Room, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_LISTENING", "SELECT id, 1234 FROM rooms_room WHERE id IN ({rooms})")
    client, headers = of(carol), {"Accept-Language": language}
    assert card in text(client.get("/", headers=headers))
    page = text(client.get(f"/r/{open_room.pk}", headers=headers))
    assert f'<span class="muted small">{room}</span>' in page
    assert f'<span id="room-listening">{room}</span>' in page


def test_an_empty_hallway_teaches_how_to_open_a_room(carol: User) -> None:
    page = text(of(carol).get("/"))
    assert "Nobody is talking right now." in page
    assert page.count('href="/new/"') == 2


def test_the_hallway_does_not_show_an_invite_only_room_to_others(alice: User, mallory: User, hidden_room: Room) -> None:
    assert hidden_room.pk not in text(of(mallory).get("/"))
    assert hidden_room.pk in text(of(alice).get("/"))


def test_the_part_that_refreshes_is_the_lists_alone(alice: User, carol: User) -> None:
    room = a_room(alice)
    part = text(of(carol).get("/?part=rooms"))
    assert room.pk in part
    assert "<html" not in part
    assert part.strip() in text(of(carol).get("/"))


def test_a_hidden_room_and_one_that_is_not_answer_alike(hidden_room: Room, mallory: User) -> None:
    client = of(mallory)
    hidden, missing = client.get(f"/r/{hidden_room.pk}"), client.get("/r/aaaaaaaaaaaa")
    assert hidden.status_code == missing.status_code == 404
    assert text(hidden).replace(hidden_room.pk, "aaaaaaaaaaaa") == text(missing)
    assert "Slow Sunday" not in text(hidden)


def test_the_join_card_says_what_is_kept_before_anybody_joins(open_room: Room, carol: User) -> None:
    page = text(of(carol).get(f"/r/{open_room.pk}"))
    _, sections = notice.here().read_in("en")
    assert sections[0].paragraphs[0] in page
    assert sections[-1].title in page
    assert page.index('id="join"') < page.index('id="notice-heading"')
    assert not Member.objects.filter(user=carol).exists()


@pytest.mark.parametrize(("profile", "held"), [("standard", True), ("private", False)])
def test_a_line_in_the_room_says_what_is_held(
    profile: str, held: bool, open_room: Room, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "STOA_PROFILE", profile)
    page = text(of(carol).get(f"/r/{open_room.pk}"))
    assert ("The last 60 s of speakers stay in memory for reports" in page) is held
    assert ("Nothing that is said here is kept or recorded." in page) is not held


def test_the_notice_is_shown_in_the_readers_language(open_room: Room, carol: User) -> None:
    page = text(of(carol).get(f"/r/{open_room.pk}", headers={"Accept-Language": "zh-hans"}))
    assert '<section class="notice stack tight" aria-labelledby="notice-heading" lang="zh-hans">' in page


def test_what_people_write_is_never_markup(alice: User, carol: User) -> None:
    evil = "</script><img src=x>"
    room = open_room(alice, Plan(evil, Access.OPEN, topic=evil), source=SOURCE, now=NOON)
    client = of(carol)
    for path in ("/", f"/r/{room.pk}"):
        assert evil not in text(client.get(path))


@pytest.mark.parametrize("status", [500, 503])
def test_the_pages_for_our_own_faults_need_neither_request_nor_database(
    status: int, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        page = get_template(f"{status}.html").render()
    assert "Try again in a moment." in page
    assert "<form" not in page


@pytest.mark.parametrize("path", ["/", "/new/", "/r/{room}"])
def test_no_page_has_inline_script_or_style(path: str, open_room: Room, carol: User) -> None:
    page = text(of(carol).get(path.format(room=open_room.pk)))
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    assert inline == []
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_the_pages_script_gets_the_whole_role_table(open_room: Room, carol: User) -> None:
    sent = data(of(carol).get(f"/r/{open_room.pk}"), "room-data")
    assert sent["id"] == open_room.pk
    assert len(sent["moves"]["stages"]) == len(roles.STAGES)
    assert ["audience", "invite", "HIGHER"] in sent["moves"]["stages"]
    assert json.loads(json.dumps(move_table())) == sent["moves"]


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
def test_a_link_from_before_shows_nothing_to_those_put_out(alice: User, bob: User, what: Move) -> None:
    room = a_room(alice, Access.INVITE)
    token = an_invite(alice, room, uses=5)
    client = of(bob)
    client.post(f"/i/{token}")
    do(alice, room, what, bob, timezone.now())
    assert client.get(f"/i/{token}").status_code == 404
    assert client.post(f"/i/{token}").status_code == 404


def test_an_invite_link_shows_the_room_and_lets_in_on_a_tap(alice: User, carol: User) -> None:
    room = a_room(alice, Access.INVITE)
    token = an_invite(alice, room)
    client = of(carol)
    page = client.get(f"/i/{token}")
    assert "Slow Sunday" in text(page)
    assert not Member.objects.filter(user=carol).exists()
    response = client.post(f"/i/{token}")
    assert (response.status_code, response["Location"]) == (302, f"/r/{room.pk}")
    assert client.get(f"/r/{room.pk}").status_code == 200


def test_an_invite_straight_to_the_stage_says_so(alice: User, carol: User) -> None:
    token = an_invite(alice, a_room(alice, Access.INVITE), Stage.SPEAKING)
    assert "straight to the stage" in text(of(carol).get(f"/i/{token}"))


def test_a_used_up_a_revoked_and_a_wrong_link_answer_alike(alice: User, bob: User, mallory: User) -> None:
    room = a_room(alice, Access.INVITE)
    used, revoked = an_invite(alice, room), an_invite(alice, room)
    of(bob).post(f"/i/{used}")
    invite = invites.usable(revoked, timezone.now()).get()
    invites.revoke(alice, room.pk, invite.pk, source=SOURCE, now=timezone.now())
    client = of(mallory)
    answers = {
        (method, answer.status_code, text(answer).replace(token, ""))
        for method in ("get", "post")
        for token in (used, revoked, "w" * 32)
        for answer in [getattr(client, method)(f"/i/{token}")]
    }
    assert {status for _, status, _ in answers} == {404}
    assert len({page for _, _, page in answers}) == 1
    assert not Member.objects.filter(user=mallory).exists()


def test_before_joining_one_is_warned_of_people_one_blocked(alice: User, bob: User, carol: User) -> None:
    room = a_room(alice)
    for person in (alice, bob):
        come(person, room)
    block(carol, bob)
    assert 'id="blocked" hidden' in text(of(carol).get(f"/r/{room.pk}"))
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    page = text(of(carol).get(f"/r/{room.pk}"))
    assert re.search(r'id="blocked">.*<bdi>Bob</bdi>', page)
    assert f'"blocks": true, "warned": ["{bob.uid}"]' in page
    assert ">Listen anyway<" in page
    assert ">Listen anyway<" not in text(of(alice).get(f"/r/{room.pk}"))


def test_only_whoever_observes_gets_a_limiter_before_the_sound(alice: User, bob: User, carol: User) -> None:
    room, limiter, page = a_room(alice), "js/room/observing", "js/room/room."
    for person in (alice, bob):
        observe(person, room.pk, source=SOURCE, now=NOON)
    seen = text(of(bob).get(f"/r/{room.pk}"))
    assert 0 < seen.index(limiter) < seen.index(page)
    for person in (alice, carol):  # alice has a part in her own room
        assert limiter not in text(of(person).get(f"/r/{room.pk}"))


def test_whoever_observes_is_offered_no_hand_no_reaction_and_no_move_of_theirs(
    alice: User, bob: User, carol: User
) -> None:
    room = a_room(alice)
    for person in (alice, bob):
        observe(person, room.pk, source=SOURCE, now=NOON)
    for person, offered in ((alice, True), (bob, False), (carol, True)):
        answer = of(person).get(f"/r/{room.pk}")
        for button in ("dock-main", "dock-react"):
            tag = re.search(rf'<button [^>]*id="{button}"[^>]*>', text(answer))
            assert tag is not None
            assert ("hidden" not in tag[0]) is offered
        page = data(answer, "room-data")
        assert (["audience", "raise_hand", "SELF"] in page["moves"]["stages"]) is offered
        assert page["observes"] is not offered


def test_before_joining_one_reads_where_one_comes_in(alice: User, bob: User) -> None:
    room = a_room(alice)
    assert comes_in(alice, room) == "on stage, muted"
    assert comes_in(bob, room) == "as a listener"


def test_whoever_holds_an_invite_to_the_stage_or_stands_on_it_reads_that_they_come_in_there(
    alice: User, bob: User
) -> None:
    room = a_room(alice)
    invites.redeem(bob, an_invite(alice, room, Stage.SPEAKING), source=SOURCE, now=timezone.now())
    assert comes_in(bob, room) == "on stage, muted"
    for person in (alice, bob):
        come(person, room)
        assert comes_in(person, room) == "on stage, muted"
        do(person, room, Move.STEP_DOWN)
        assert comes_in(person, room) == "as a listener"


def comes_in(person: User, room: Room) -> str:
    """Where the page of the room says that one comes in."""
    found = re.search(r"You come in ([^.]*)\.", text(of(person).get(f"/r/{room.pk}")))
    assert found is not None
    return found[1]
