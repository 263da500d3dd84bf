"""What is planned: its time by everybody's own clock, how it changes, and how one is reminded of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa
from tests.flows.test_hallway import TURN, titles

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.usefixtures("hallway")]
Visit = Callable[..., Visitor]
SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"


@pytest.fixture
def time() -> datetime:
    """When the next room may be: the day after tomorrow, on the hour."""
    return (timezone.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)


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
