"""The hallway: what stands there and in which order, and what was."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from tests.flows import people, talk
from tests.flows.chromium import Visitor
from tests.flows.crowd import crowd
from tests.flows.stack import Stoa, fetch

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.usefixtures("hallway")]
Visit = Callable[..., Visitor]
TURN = 20_000
"""Milliseconds after which the hallway has asked again."""


def titles(page: Page, section: str) -> list[str]:
    """The rooms under this heading, in their order."""
    return page.get_by_role("region", name=section, exact=True).get_by_role("heading", level=3).all_inner_texts()


def asks(page: Page) -> list[str]:
    """The hallway's requests for news from now on, as they are made."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "part=rooms" in request.url:
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_rooms_with_people_i_know_come_first_then_the_larger_ones(visit: Visit, stoa: Stoa) -> None:
    quiet, friends, large = (stoa.room(host, f"{host}'s room") for host in ("alice", "bob", "carol"))
    stoa.sign_in("dana", "erin")
    stoa.manage("shell", "--command", people.INVITED % {"host": "erin", "guest": "dana"})
    with crowd(stoa, large, ["mallory", "mallet"]), crowd(stoa, friends, ["erin"]):
        dana = visit("dana")
        dana.page.goto("/")
        assert titles(dana.page, "Live now") == ["bob's room", "carol's room", "alice's room"]
        expect(dana.page.locator(f"#card-{friends}")).to_contain_text("Erin is here")
        expect(dana.page.locator(f"#card-{large} .listening")).to_have_text(re.compile("^2"))
        expect(dana.page.locator(f"#card-{quiet} .listening")).to_have_text(re.compile("^0"))


def test_a_room_that_opens_appears_by_itself_and_one_that_ends_goes(visit: Visit, stoa: Stoa) -> None:
    dana = visit("dana")
    dana.page.clock.install()
    dana.page.goto("/")
    expect(dana.page.get_by_text("Nobody is talking right now.")).to_be_visible()
    asked = asks(dana.page)
    first, *_ = (stoa.room("alice", f"Room {number}") for number in range(4))
    dana.page.clock.fast_forward(TURN)
    expect(dana.page.get_by_role("link", name="Room 3")).to_be_visible()
    assert len(titles(dana.page, "Live now")) == 4
    assert len(asked) == 1  # four rooms, one question

    kept = dana.page.get_by_role("link", name="Room 2")
    kept.focus()
    stoa.ask("alice", "POST", f"/api/v1/rooms/{first}/end/")
    dana.page.clock.fast_forward(TURN)
    expect(dana.page.get_by_role("link", name="Room 0")).to_have_count(0)
    expect(kept).to_be_focused()
    with dana.page.expect_response(lambda answer: "part=rooms" in answer.url) as last:
        dana.page.clock.fast_forward(TURN)
    assert last.value.status == 304  # nothing new, nothing sent


def test_search_finds_rooms_and_people_and_says_how_many(visit: Visit, stoa: Stoa, hand: dict[str, Any]) -> None:
    stoa.room("alice", "Jazz at noon", topic="records")
    stoa.room("bob", "Slow Sunday")
    dana = visit("dana", **hand)
    dana.page.goto("/")
    field = dana.page.get_by_role("searchbox")
    dana.press(field)
    for words, found in {"JAZZ": "Jazz at noon", "record": "Jazz at noon", "bob": "Slow Sunday"}.items():
        field.fill(words)
        expect(dana.page.get_by_role("heading", level=3)).to_have_text([found])
        expect(dana.page.locator("#found")).to_have_text("1 room found")
    field.fill("nothing like it")
    expect(dana.page.get_by_text("Nothing here matches")).to_be_visible()
    dana.page.reload()
    expect(dana.page.locator("#found")).to_have_text("No room found")  # the address keeps the search
    dana.press(dana.page.get_by_role("link", name="Show all rooms"))
    expect(dana.page.get_by_role("heading", level=3)).to_have_count(2)


def test_past_rooms_are_mine_alone_to_see_and_to_delete(visit: Visit, stoa: Stoa, hand: dict[str, Any]) -> None:
    rooms = [stoa.room("alice", f"Evening {number}") for number in range(3)]
    for room in rooms:
        with crowd(stoa, room, ["dana"]):
            pass
        stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/end/")
    dana, mallory = visit("dana", **hand), visit("mallory")
    dana.page.goto("/")
    dana.press(dana.page.get_by_role("link", name="Past rooms"))
    past = dana.page.get_by_role("heading", level=2)
    expect(past).to_have_text(["Evening 2", "Evening 1", "Evening 0"])
    mallory.page.goto("/history/")
    expect(mallory.page.get_by_text("No past rooms")).to_be_visible()

    dana.press(dana.page.locator("summary", has_text="Delete Evening 1"))
    dana.press(dana.page.get_by_role("button", name="Delete", exact=True))
    expect(past).to_have_text(["Evening 2", "Evening 0"])
    dana.press(dana.page.locator("summary", has_text="Delete all"))
    dana.press(dana.page.get_by_role("button", name="Delete all past rooms"))
    expect(dana.page.get_by_text("No past rooms")).to_be_visible()


def test_a_shared_link_shows_an_open_room_and_nothing_of_a_hidden_one(visit: Visit, stoa: Stoa) -> None:
    time = timezone.now() + timedelta(days=2)
    room = stoa.room("alice", "Slow Sunday")
    planned = stoa.room("alice", "Questions", scheduled_for=time.isoformat())
    hidden = stoa.room("alice", "Whispers", access="invite")
    stranger = visit()
    stranger.page.goto(f"/r/{room}")
    assert meta(stranger.page, "og:title") == "Slow Sunday"
    assert "Alice" in meta(stranger.page, "og:description")
    picture = meta(stranger.page, "og:image")
    assert fetch("GET", stoa.url + urlsplit(picture).path, {})[0] == 200
    stranger.page.goto(f"/r/{planned}")
    assert str(time.year) in meta(stranger.page, "og:description")
    pages = [fetch("GET", f"{stoa.url}/r/{room}", {}) for room in (hidden, "aaaaaaaaaaaa")]
    words = [re.sub(f'{hidden}|aaaaaaaaaaaa|name="csrfmiddlewaretoken" value="[^"]+"', "", page) for _, page in pages]
    assert words[0] == words[1]
    assert pages[0][0] == pages[1][0]
    assert "og:" not in pages[0][1]
    assert "Whispers" not in pages[0][1]


def meta(page: Page, name: str) -> str:
    """What a share card's tag says."""
    return page.locator(f'meta[property="{name}"]').get_attribute("content") or ""


def test_an_empty_hallway_teaches(visit: Visit, stoa: Stoa) -> None:
    dana = visit("dana")
    dana.page.goto("/")
    expect(dana.page.get_by_text("Nobody is talking right now.")).to_be_visible()
    expect(dana.page.get_by_role("link", name="Open a room")).to_have_count(2)
    stoa.room("dana", "Come in")
    dana.page.reload()
    expect(dana.page.get_by_text("Nobody else has a room open.")).to_be_visible()
    dana.page.get_by_role("link", name="Invite people").click()
    expect(dana.page).to_have_url(re.compile("/invites/$"))


def test_people_on_stage_stand_on_the_card(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Slow Sunday")
    with crowd(stoa, room, ["alice", "bob"]):
        dana = visit("dana")
        dana.page.goto("/")
        expect(dana.page.locator(f"#card-{room}")).to_contain_text("Alice")
        expect(dana.page.locator(f"#card-{room} .listening")).to_have_text(re.compile("^1"))
        dana.page.get_by_role("link", name="Slow Sunday").click()
        dana.page.get_by_role("button", name="Listen").click()
        talk.connected(dana)
