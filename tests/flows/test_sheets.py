"""The room's sheets, whose scripts come late: what a page loads before them, and what it does when they do not come."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
SCRIPTS = """() => Object.fromEntries(performance.getEntriesByType("resource")
  .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
  .map(({ name, encodedBodySize }) => [name.split("/").at(-1).split(".")[0], encodedBodySize]))"""
"""The size of each script that came, as it came."""
SHEETS = {"edit", "person", "report", "roomsheet", "soundsheet", "speaksheet"}
LATE = re.compile(rf"/js/(room/)?({'|'.join(SHEETS)})\.\w+\.js$")


@pytest.mark.parametrize(("locale", "words"), [("en", False), ("zh-CN", True)])
def test_before_one_comes_in_a_room_s_page_has_loaded_at_most_60_kb_of_script(
    locale: str, words: bool, visit: Visit, stoa: Stoa
) -> None:
    room, carol = stoa.room("alice", "Slow Sunday"), visit("carol", locale=locale)
    carol.page.goto(f"/r/{room}")
    carol.page.wait_for_load_state("networkidle")
    came = carol.page.evaluate(SCRIPTS)
    assert ("zh-hans" in came) == words
    assert {"room", "words", "page"} <= set(came)
    assert not SHEETS & set(came)
    assert 40 * 1024 < sum(came.values()) <= 60 * 1024
    carol.page.locator("#join").click()
    until("the sheets come by themselves", lambda: set(carol.page.evaluate(SCRIPTS)) >= SHEETS)


def test_sheets_that_have_come_open_while_the_line_is_down(visit: Visit, stoa: Stoa) -> None:
    room, carol = stoa.room("alice", "Slow Sunday"), visit("carol")
    talk.enter(carol, room)
    until("the sheets have come", lambda: set(carol.page.evaluate(SCRIPTS)) >= SHEETS)
    carol.page.context.set_offline(True)
    carol.page.get_by_role("button", name="More").click()
    talk.sheet(carol, "Sound").click()
    expect(carol.page.get_by_role("heading", name="What you hear")).to_be_visible()
    carol.page.keyboard.press("Escape")
    carol.page.keyboard.press("?")
    expect(carol.page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    carol.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_sheet_that_does_not_come_is_said_and_comes_with_the_next_tap(visit: Visit, stoa: Stoa) -> None:
    room, carol = stoa.room("alice", "Slow Sunday"), visit("carol")
    turned_away = list[str]()

    def abort(route: Route) -> None:
        turned_away.append(route.request.url)
        route.abort()

    carol.page.route(LATE, abort)
    talk.enter(carol, room)
    more = carol.page.get_by_role("button", name="More")
    more.click()
    expect(carol.page.get_by_text("This part of the page did not come.")).to_be_visible()
    assert turned_away
    carol.page.unroute(LATE)
    expect(talk.dock(carol, "Raise hand")).to_be_visible()
    more.click()
    expect(talk.sheet(carol, "Sound")).to_be_visible()
    carol.page.keyboard.press("Escape")
    expect(more).to_be_focused()
    carol.forgive("ERR_FAILED")
