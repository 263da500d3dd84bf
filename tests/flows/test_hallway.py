"""The hallway: what stands there and in which order, what is planned, and what was."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from tests.flows import people, talk
from tests.flows.chromium import Visitor
from tests.flows.crowd import crowd
from tests.flows.stack import Stoa, fetch

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
TURN = 20_000
"""Milliseconds after which the hallway has asked again."""
SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"


@pytest.fixture(autouse=True)
def hallway(stoa: Stoa) -> Iterator[None]:
    """An empty one, before and after."""
    stoa.manage("shell", "--command", people.EMPTY)
    yield
    stoa.manage("shell", "--command", people.EMPTY)


@pytest.fixture
def time() -> datetime:
    """When the next room may be: the day after tomorrow, on the hour."""
    return (timezone.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)


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


def test_a_room_is_planned_by_the_clock_of_its_host_and_told_by_that_of_the_reader(
    visit: Visit, stoa: Stoa, hand: dict[str, Any], time: datetime
) -> None:
    host, reader = visit("alice", timezone_id=SHANGHAI, **hand), visit("dana", timezone_id=NEW_YORK, **hand)
    page = host.page
    page.goto("/")
    host.press(page.get_by_role("link", name="Open a room").first)
    page.get_by_label("What is it called?").fill("Questions")
    host.press(page.locator("label", has_text="Later"))
    expect(page.locator("#zone")).to_contain_text("China Standard Time")
    page.get_by_label("Day and time").fill(f"{time.astimezone(ZoneInfo(SHANGHAI)):%Y-%m-%dT%H:%M}")
    page.get_by_label("Moderators").fill("carol nobody.like.it")
    host.press(page.get_by_role("button", name="Schedule the room"))
    expect(page.locator("#problem")).to_contain_text("carol, nobody.like.it")
    host.forgive("404")
    page.get_by_label("Moderators").fill("carol, bob")
    host.press(page.get_by_role("button", name="Schedule the room"))
    page.get_by_role("button", name="Start now").wait_for()
    expect(page.get_by_role("main")).to_contain_text("Moderators: Carol, Bob")
    assert_told(page, time, SHANGHAI)
    page.goto("/")
    assert titles(page, "You host") == ["Questions"]

    reader.page.goto("/")
    assert titles(reader.page, "Later") == ["Questions"]
    assert_told(reader.page, time, NEW_YORK)
    assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def assert_told(page: Page, time: datetime, zone: str) -> None:
    """Nothing, if the page tells this time by the clock of the zone, and names it."""
    text = page.locator("time[data-local]").first.inner_text()
    local = time.astimezone(ZoneInfo(zone))
    assert f"{local:%a}" in text
    assert f"{local:%-I}:{local:%M}" in text
    assert re.search(r"GMT[+-]\d|[ECMP][SD]T", text), text


def planned(stoa: Stoa, time: datetime, title: str = "Questions", **fields: object) -> str:
    """The id of a room that alice plans."""
    return stoa.room("alice", title, scheduled_for=time.isoformat(), topic="ask, and; listen", **fields)


def test_a_plan_changes_and_is_called_off(visit: Visit, stoa: Stoa, hand: dict[str, Any], time: datetime) -> None:
    room = planned(stoa, time, moderators=["bob"])
    alice, dana = visit("alice", timezone_id=SHANGHAI, **hand), visit("dana", timezone_id="UTC")
    page = alice.page
    page.goto("/")
    alice.press(page.get_by_role("link", name="Edit Questions"))
    page.get_by_label("What is it called?").fill("Answers")
    alice.press(page.get_by_role("button", name="Remove Bob"))
    expect(page.get_by_role("button", name="Remove Bob")).to_have_count(0)
    page.get_by_label("User name").fill("nobody.like.it")
    alice.press(page.get_by_role("button", name="Add"))
    expect(page.locator("#moderator-problem")).to_contain_text("nobody.like.it")
    alice.forgive("404")
    page.get_by_label("User name").fill("carol")
    alice.press(page.get_by_role("button", name="Add"))
    expect(page.get_by_role("button", name="Remove Carol")).to_be_visible()
    later = time + timedelta(days=1, minutes=30)
    page.get_by_label("Day and time").fill(f"{later.astimezone(ZoneInfo(SHANGHAI)):%Y-%m-%dT%H:%M}")
    alice.press(page.get_by_role("button", name="Save"))
    page.get_by_role("button", name="Start now").wait_for()

    dana.page.goto(f"/r/{room}")
    expect(dana.page.get_by_role("heading", level=1)).to_have_text("Answers")
    expect(dana.page.get_by_role("main")).to_contain_text("Moderators: Carol")
    assert dana.page.locator("time[data-local]").get_attribute("datetime") == later.isoformat()

    alice.press(page.get_by_role("link", name="Edit"))
    alice.press(page.locator("summary", has_text="Call the room off"))
    alice.press(page.get_by_role("button", name="Call it off"))
    expect(page.get_by_text("The host called this room off.")).to_be_visible()
    dana.page.goto("/")
    expect(dana.page.get_by_text("Answers")).to_have_count(0)


def test_a_planned_room_goes_into_the_calendar_and_reminds(
    visit: Visit, stoa: Stoa, hand: dict[str, Any], time: datetime
) -> None:
    room = planned(stoa, time)
    dana = visit("dana", **hand)
    page = dana.page
    page.goto(f"/r/{room}")
    with page.expect_download() as download:
        dana.press(page.get_by_role("link", name="Add to calendar"))
    event = calendar(download.value.path().read_bytes().decode())
    assert event["DTSTART"] == f"{time:%Y%m%dT%H%M%SZ}"
    assert (event["SUMMARY"], event["URL"]) == ("Questions", f"{stoa.url}/r/{room}")
    assert "ask\\, and\\; listen" in event["DESCRIPTION"]

    bell = page.get_by_role("button", name="Remind me")
    for on in (True, False, True):
        dana.press(bell)
        expect(bell).to_have_attribute("aria-pressed", str(on).lower())
        expect(bell).to_be_focused()
        words = "You will be reminded on each device where you allow it" if on else "You will not be reminded"
        expect(talk.toast(dana, words)).to_be_visible()
        page.reload()
        expect(bell).to_have_attribute("aria-pressed", str(on).lower())
    for _ in ("taken back", "asked for again"):
        dana.press(bell)
    dana.press(page.get_by_role("button", name="Allow it here"))
    expect(page).to_have_url(re.compile("/me/#notifications$"))
    page.goto(f"/r/{room}")
    stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/start/")
    page.get_by_role("button", name="Listen").wait_for(timeout=30_000)  # who waits on the page is let in by it


def test_who_asked_to_be_reminded_is_told_of_another_time_and_that_the_room_is_off(
    visit: Visit, stoa: Stoa, hand: dict[str, Any], time: datetime
) -> None:
    room = planned(stoa, time)
    dana, later = visit("dana", **hand), time + timedelta(hours=3)
    page = dana.page
    page.goto(f"/r/{room}")
    dana.press(page.get_by_role("button", name="Remind me"))
    expect(page.get_by_role("button", name="Remind me")).to_have_attribute("aria-pressed", "true")
    stoa.ask("alice", "PATCH", f"/api/v1/rooms/{room}/", {"scheduled_for": later.isoformat()})
    moved = page.get_by_text("The host has changed the time since you asked to be reminded.")
    moved.wait_for(timeout=30_000)  # who waits on the page need not ask for it again
    times = page.locator("#prejoin time")
    assert [shown.get_attribute("datetime") for shown in times.all()] == [later.isoformat(), time.isoformat()]
    page.goto("/")
    card = page.locator(f"#card-{room}")
    expect(card).to_contain_text("New time")
    stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/end/")
    expect(card).to_contain_text("Called off", timeout=TURN)
    card.get_by_role("link", name="Questions").click()
    expect(page.get_by_text("The host called this room off.")).to_be_visible()


def calendar(text: str) -> dict[str, str]:
    """The lines of the file's one event, unfolded, by name (RFC 5545 section 3.1)."""
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.replace("\r\n ", "").split("\r\n")
    inside = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("BEGIN:VALARM")]
    return dict(line.split(":", 1) for line in inside)


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


def test_a_shared_link_shows_an_open_room_and_nothing_of_a_hidden_one(visit: Visit, stoa: Stoa, time: datetime) -> None:
    room, planned_room = stoa.room("alice", "Slow Sunday"), planned(stoa, time)
    hidden = stoa.room("alice", "Whispers", access="invite")
    stranger = visit()
    stranger.page.goto(f"/r/{room}")
    assert meta(stranger.page, "og:title") == "Slow Sunday"
    assert "Alice" in meta(stranger.page, "og:description")
    picture = meta(stranger.page, "og:image")
    assert fetch("GET", stoa.url + urlsplit(picture).path, {})[0] == 200
    stranger.page.goto(f"/r/{planned_room}")
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
