"""Whom somebody blocked, in a room: warned of, kept out, and where one stands meanwhile."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.crowd import Crowd, crowd
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]


def carol_blocks_bob(stoa: Stoa, room: str) -> str:
    """Bob's uid."""
    _, members = stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/members/")
    uid: str = next(member["uid"] for member in members["results"] if member["name"] == "Bob")
    assert stoa.ask("carol", "POST", "/api/v1/blocks/", {"uid": uid})[0] in (200, 201)
    return uid


def bob_is_heard(stoa: Stoa, room: str, people: Crowd) -> None:
    """Nothing: alice invited him, and he came on stage."""
    for name, move, member in (("alice", "invite", people.numbers["bob"]), ("bob", "accept", None)):
        assert stoa.ask(name, "POST", f"/api/v1/rooms/{room}/moves/", {"move": move, "member": member})[0] == 204


def test_a_blocked_person_who_came_on_stage_since_the_page_was_loaded_is_warned_of_at_the_tap(
    visit: Visit, stoa: Stoa, hand: dict[str, Any], room: str
) -> None:
    with crowd(stoa, room, ["alice", "bob"]) as people:
        uid = carol_blocks_bob(stoa, room)
        carol = visit("carol", **hand)
        carol.page.goto(f"/r/{room}")
        listen = carol.page.locator("#join")
        expect(listen).to_have_text("Listen")
        expect(carol.page.locator("#blocked")).to_be_hidden()
        bob_is_heard(stoa, room, people)
        carol.press(listen)
        expect(carol.page.locator("#blocked")).to_have_text("Somebody you blocked is heard in this room: Bob")
        expect(carol.page.locator("#blocked")).to_be_visible()
        expect(listen).to_have_text("Listen anyway")
        assert stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/")[1]["listening"] == 0  # carol is not in
        carol.press(listen)
        talk.connected(carol)
    assert stoa.ask("carol", "DELETE", f"/api/v1/blocks/{uid}/")[0] == 204


def test_a_blocked_person_is_warned_of_and_kept_out(visit: Visit, stoa: Stoa, hand: dict[str, Any], room: str) -> None:
    alice, carol = visit("alice", **hand), visit("carol", **hand)
    talk.enter(alice, room)
    with crowd(stoa, room, ["bob", "mallory"]) as others:
        talk.enter(carol, room)
        for host, name in ((alice, "Mallory"), (carol, "Alice")):
            talk.decide(host, name, "Block")
            expect(talk.toast(host, f"You blocked {name}. They are not told.")).to_be_visible()
        others.go("mallory")
        talk.dock(carol, "Raise hand").wait_for()
        carol.press(carol.page.get_by_role("button", name="Leave quietly"))
        alice.page.get_by_role("button", name=re.compile("^Mallory")).wait_for(state="detached")

    mallory = visit("mallory")
    answer = mallory.page.goto(f"/r/{room}")
    assert answer is not None
    assert answer.status == 404
    mallory.forgive("404")
    mallory.page.goto("/")
    expect(mallory.page.locator(f"#card-{room}")).to_have_count(0)

    carol.page.goto(f"/r/{room}")
    expect(carol.page.get_by_text("Somebody you blocked is heard in this room: Alice")).to_be_visible()
    carol.press(carol.page.get_by_role("button", name="Listen anyway"))
    talk.connected(carol)
    talk.decide(carol, "Alice", "Unblock")
    expect(talk.toast(carol, "Alice is not blocked any more")).to_be_visible()
    alice.page.goto("/me/")
    unblock = alice.page.get_by_role("button", name=re.compile("Mallory"))
    alice.press(unblock)
    expect(unblock).to_have_count(0)
    mallory.page.goto(f"/r/{room}")
    mallory.page.get_by_role("button", name="Listen").wait_for()


def test_whoever_comes_back_by_keyboard_and_is_warned_stands_on_the_button_that_goes_in_all_the_same(
    visit: Visit, stoa: Stoa, room: str
) -> None:
    with crowd(stoa, room, ["alice", "bob"]) as people:
        uid = carol_blocks_bob(stoa, room)
        carol = visit("carol")
        talk.enter(carol, room)
        carol.page.keyboard.press("l")
        expect(carol.page.get_by_role("heading", name="You left quietly")).to_be_focused()
        bob_is_heard(stoa, room, people)
        carol.page.keyboard.press("Tab")
        expect(carol.page.get_by_role("button", name="Come back")).to_be_focused()
        carol.page.keyboard.press("Enter")
        anyway = carol.page.get_by_role("button", name="Listen anyway")
        expect(anyway).to_be_focused()
        carol.page.keyboard.press("Tab")
        expect(carol.page.get_by_role("main").get_by_role("link", name="To the hallway")).to_be_focused()
        carol.page.keyboard.press("Shift+Tab")
        carol.page.keyboard.press("Enter")
        talk.connected(carol)
        expect(carol.page.locator("#room-title")).to_be_focused()
    assert stoa.ask("carol", "DELETE", f"/api/v1/blocks/{uid}/")[0] == 204


def test_whoever_blocked_somebody_on_another_page_meanwhile_is_warned_and_may_unblock_them(
    visit: Visit, stoa: Stoa, room: str
) -> None:
    with crowd(stoa, room, ["alice", "bob"]) as people:
        carol = visit("carol")
        carol.page.goto(f"/r/{room}")
        uid = carol_blocks_bob(stoa, room)
        bob_is_heard(stoa, room, people)
        carol.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back from that other page
        carol.page.locator("#join").click()
        expect(carol.page.locator("#blocked")).to_have_text("Somebody you blocked is heard in this room: Bob")
        carol.page.locator("#join").click()
        talk.connected(carol)
        carol.page.get_by_role("button", name=re.compile("^Bob")).click()
        expect(talk.sheet(carol, "Unblock")).to_be_visible()
        carol.page.keyboard.press("Escape")
        assert stoa.ask("carol", "DELETE", f"/api/v1/blocks/{uid}/")[0] == 204
        carol.page.get_by_role("button", name=re.compile("^Bob")).click()
        expect(talk.sheet(carol, "Block")).to_be_visible()


def test_a_line_that_says_nothing_of_blocks_keeps_nobody_outside_and_its_answer_leads_out_again(
    visit: Visit, stoa: Stoa, room: str
) -> None:
    with crowd(stoa, room, ["alice", "bob"]) as people:
        carol, held = visit("carol"), list[Route]()

        def hold(route: Route) -> None:
            held.append(route)

        carol.page.goto(f"/r/{room}")
        uid = carol_blocks_bob(stoa, room)
        bob_is_heard(stoa, room, people)
        heard = f"**/{room}/blocked/"
        carol.page.route("**/api/v1/blocks/", lambda _: None)  # the look, which nobody answers
        carol.page.route(heard, hold)
        carol.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        with carol.page.expect_request(heard):
            carol.page.locator("#join").click()
        expect(carol.page.get_by_role("button", name=re.compile("^Bob"))).to_be_visible()  # in, unwarned
        held.pop().continue_()
        anyway = carol.page.get_by_role("button", name="Listen anyway")
        expect(anyway).to_be_focused()
        expect(carol.page.locator("#blocked")).to_have_text("Somebody you blocked is heard in this room: Bob")
        until("she left", lambda: stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/")[1]["listening"] == 0)
        carol.page.unroute(heard)
        with carol.page.expect_response(heard):
            anyway.click()
        talk.connected(carol)
        expect(carol.page.locator("#room")).to_be_visible()
    assert stoa.ask("carol", "DELETE", f"/api/v1/blocks/{uid}/")[0] == 204
