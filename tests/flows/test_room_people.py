"""The people of a room: hands, stage, ranks, audience, blocks, and what they show each other."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Position, expect

from tests.flows import people, talk
from tests.flows.chromium import FINGER, HUM, SILENT, Visitor
from tests.flows.crowd import PLACES, Crowd, crowd, fill_stage
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
MANY = 300
MOST_FACES = 240
"""Elements of the audience that a page may hold at any time: three screens of a desktop full."""
BURST = 8
"""Reactions of one person that may be counted out of many at once: six, and two more in the second that it takes."""


def hands(visitor: Visitor) -> list[str]:
    """The raised hands as they are read out, in order."""
    faces = visitor.page.locator("#hands").get_by_role("button", name=re.compile("hand raised"))
    return [face.get_attribute("aria-label") or "" for face in faces.all()]


def test_hands_stand_in_line_and_everybody_knows_their_place(visit: Visit, stoa: Stoa, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    with crowd(stoa, room, ["carol", "dana"]) as others:
        others.say("dana", type="move", move="raise_hand")
        alice.page.get_by_role("button", name="Invite Dana to speak").wait_for()
        talk.raise_hand(bob)
        alice.page.get_by_role("button", name="Invite Bob to speak").wait_for()
        others.say("carol", type="move", move="raise_hand")
        alice.page.get_by_role("button", name="Invite Carol to speak").wait_for()
        line = [f"{name}, hand raised, number {place}" for place, name in enumerate(("Dana", "Bob", "Carol"), 1)]
        assert hands(alice) == line
        expect(talk.dock(bob, "Lower hand")).to_contain_text("Number 2 in line")
        assert bob.page.get_by_text("in line").count() == 1
        others.say("dana", type="move", move="lower_hand")
        expect(talk.dock(bob, "Lower hand")).to_contain_text("Number 1 in line")
        assert hands(alice) == ["Bob, hand raised, number 1", "Carol, hand raised, number 2"]
        bob.page.set_viewport_size({"width": 390, "height": 844})
        talk.dock(bob, "Lower hand").click()
        expect(bob.page.get_by_role("button", name="Carol, hand raised, number 1")).to_be_visible()


def test_promoted_and_moved_down_with_one_tap_and_taken_back(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    talk.raise_hand(bob)
    talk.invite(alice, bob)
    talk.take_back(alice, "Bob is invited to speak")
    expect(talk.toast(bob, "The invitation to the stage is over.")).to_be_visible()
    expect(talk.dock(bob, "Lower hand")).to_contain_text("Number 1 in line")

    talk.invite(alice, bob)
    talk.go_live(bob)
    expect(talk.toast(alice, "Bob is invited to speak")).to_be_hidden()  # that can no longer be undone
    talk.decide(alice, bob, "Move to the audience")
    expect(talk.toast(bob, "You were moved to the audience.")).to_be_visible()
    talk.take_back(alice, "Bob is in the audience now")
    talk.go_live(bob)
    alice.hears(HUM)


def test_a_moderator_is_made_may_act_and_is_unmade(visit: Visit, stoa: Stoa, hand: dict[str, Any], room: str) -> None:
    alice, bob = visit("alice", **hand), visit("bob", **hand)
    talk.enter(alice, room)
    talk.enter(bob, room)
    expect(alice.page.get_by_role("button", name=re.compile("^Bob"))).to_be_visible()
    talk.decide(alice, bob, "Make moderator")
    expect(talk.toast(bob, "You are a moderator of this room now.")).to_be_visible()
    with crowd(stoa, room, ["carol"]) as others:
        others.say("carol", type="move", move="raise_hand")
        bob.press(bob.page.get_by_role("button", name="Invite Carol to speak"))
        expect(talk.toast(bob, "Carol is invited to speak")).to_be_visible()
    talk.take_back(alice, "Bob is a moderator now")
    expect(talk.toast(bob, "You are no longer a moderator of this room.")).to_be_visible()
    expect(talk.dock(bob, "Raise hand")).to_be_visible()


def test_hosting_is_passed_on_after_a_question_and_each_is_told_once(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    alice.page.get_by_role("button", name="Bob", exact=True).click()
    expect(talk.sheet(alice, "Pass on hosting")).to_contain_text("They become the host, and you stay a moderator")
    talk.sheet(alice, "Pass on hosting").click()
    expect(alice.page.get_by_role("dialog")).to_contain_text("Bob becomes the host of this room")
    talk.sheet(alice, "Pass on hosting").click()
    expect(talk.toast(bob, "You are the host of this room now.")).to_be_visible()
    expect(talk.toast(alice, "Bob is the host now")).to_be_visible()
    expect(talk.toast(alice, "Somebody else hosts this room")).to_have_count(0)


def test_reactions_fly_and_are_counted_and_no_one_can_flood(visit: Visit, stoa: Stoa, room: str) -> None:
    alice, still = visit("alice"), visit("erin", reduced_motion="reduce")
    for visitor in (alice, still):
        talk.enter(visitor, room)
    alice.page.evaluate(
        "globalThis.flown = 0;"
        "new MutationObserver((all) => all.forEach(({ addedNodes }) => (flown += addedNodes.length)))"
        ".observe(document.getElementById('sky'), { childList: true })"
    )
    alice.page.get_by_role("button", name="React").click()
    alice.page.get_by_role("button", name="Applause").click()
    expect(alice.page.locator("#reactions-count")).to_have_text("Applause: 1")
    expect(still.page.locator("#reactions-count")).to_have_text("Applause: 1")
    until("it flew", lambda: alice.page.evaluate("flown") == 1)
    until("it is gone", lambda: alice.page.locator("#sky > *").count() == 0)
    assert still.page.locator("#sky > *").count() == 0
    with crowd(stoa, room, ["mallory"]) as others:
        for _ in range(60):
            others.say("mallory", type="react", reaction="laugh")
        expect(still.page.locator("#reactions-count")).to_contain_text("Laughter")
        count = re.search(r"\d+", still.page.locator("#reactions-count").inner_text())
        assert count
        assert int(count[0]) <= BURST


def test_a_speaker_turned_down_to_nothing_is_silent_for_me_alone(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice, carol, dana = visit("alice"), visit("carol", **hand), visit("dana")
    for visitor in (alice, carol, dana):
        talk.enter(visitor, room)
    talk.speak_up(alice)
    until("carol and dana hear alice", lambda: loudest(carol) > SILENT and loudest(dana) > SILENT)
    set_volume(carol, "Alice", 0.0)
    until("carol hears nothing", lambda: loudest(carol) < SILENT)
    assert loudest(dana) > SILENT
    carol.page.reload()
    carol.press(carol.page.get_by_role("button", name="Listen"))
    carol.hears(HUM)  # it arrives
    until("it is not played, as before", lambda: loudest(carol) < SILENT)
    set_volume(carol, "Alice", 1.0)
    until("carol hears alice again", lambda: loudest(carol) > SILENT)


def set_volume(visitor: Visitor, name: str, share: float) -> None:
    """Nothing: the visitor pressed the slider's left end (0), or its right one (1), for this person."""
    visitor.press(visitor.page.get_by_role("button", name=re.compile(f"^{name}, on stage")))
    slider = visitor.page.get_by_label("Volume, for you alone")
    box = slider.bounding_box()
    assert box
    visitor.press(slider, Position(x=share * (box["width"] - 1), y=box["height"] / 2))
    visitor.page.keyboard.press("Escape")


def loudest(visitor: Visitor) -> float:
    """How loud (dBFS) what the page plays is."""
    return float(visitor.page.evaluate("ears.played()"))


@pytest.fixture(scope="module")
def full(stoa: Stoa) -> Iterator[tuple[str, Crowd]]:
    """A room of alice's with hundreds of listeners, of whom she invited one to this server."""
    room = stoa.room("alice", "A full house")
    names = [f"guest{number:03}" for number in range(MANY)]
    with crowd(stoa, room, names) as people_there:
        stoa.manage("shell", "--command", people.INVITED % {"host": "alice", "guest": "guest222"})
        yield room, people_there


def test_hundreds_of_listeners_are_found_without_being_in_the_document(
    visit: Visit, hand: dict[str, Any], full: tuple[str, Crowd]
) -> None:
    alice = visit("alice", **hand)
    page = alice.page
    talk.enter(alice, full[0])
    expect(page.locator("#audience-count")).to_have_text(str(MANY))
    expect(page.locator("#known .name")).to_have_text(["Guest222"])
    faces = page.locator("#audience li")
    expect(faces.first).to_be_visible()
    assert faces.count() < MOST_FACES
    assert faces.first.get_attribute("aria-setsize") == str(MANY - 1)

    last = page.locator("#audience").get_by_role("button", name=f"Guest{MANY - 1}")
    for _ in range(40):
        page.mouse.wheel(0, 2000)
        page.wait_for_timeout(50)
        if last.count():
            break
    expect(last).to_be_visible()
    assert faces.count() < MOST_FACES

    alice.press(page.get_by_label("Search the audience by name"))
    page.keyboard.type("est12")
    expect(page.locator("#audience-found")).to_have_text("10 people found")
    expect(faces).to_have_count(10)
    page.get_by_label("Search the audience by name").fill("guest123")
    expect(faces.locator(".name")).to_have_text(["Guest123"])
    alice.press(faces.get_by_role("button"))
    alice.press(talk.sheet(alice, "Invite to the stage"))
    expect(talk.toast(alice, "Guest123 is invited to speak")).to_be_visible()
    talk.take_back(alice, "Guest123 is invited to speak")
    page.get_by_label("Search the audience by name").fill("nobody like it")
    expect(page.locator("#audience-found")).to_have_text("Nobody here is called that")


def test_fifty_on_stage_fit_on_a_phone(visit: Visit, phone: dict[str, Any], stoa: Stoa) -> None:
    room = stoa.room("alice", "All together now")
    names = [f"singer{number:02}" for number in range(PLACES)]
    dana = visit("dana", **phone)
    talk.enter(dana, room)
    with crowd(stoa, room, ["alice", *names]) as others:
        faces, waiting = dana.page.locator("#stage li"), dana.page.locator("#hands li")
        fill_stage(others, "alice", names, lambda selector: dana.page.locator(selector).count())
        expect(waiting).to_have_count(1)  # with the host there are fifty: one has to wait for a place
        expect(dana.page.locator("#stage-count")).to_have_text(str(PLACES))
        expect(faces.first.get_by_role("button")).to_have_accessible_name("Alice, on stage, Host, Muted")
        assert dana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = faces.evaluate_all("faces => faces.map((face) => face.getBoundingClientRect().width)")
        assert min(sizes) >= FINGER


def test_who_leaves_does_so_quietly_and_can_come_back(visit: Visit, stoa: Stoa, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    expect(alice.page.locator("#room-listening")).to_have_text("1 listening")
    bob.page.get_by_role("button", name="Leave quietly").click()
    expect(bob.page.get_by_role("heading", name="You left quietly")).to_be_focused()
    assert bob.packets()["connections"] == 0
    expect(alice.page.locator("#room-listening")).to_have_text("0 listening")
    assert alice.page.locator("stoa-toast").count() == 0
    bob.page.get_by_role("button", name="Come back").click()
    talk.connected(bob)
    expect(alice.page.locator("#room-listening")).to_have_text("1 listening")
