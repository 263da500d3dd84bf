"""The whole walk by keyboard alone, and what a screen reader is told on the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.crowd import GUESTS, crowd
from tests.flows.door import PASSWORD
from tests.flows.stack import Stoa, until
from tests.flows.test_walk import Keys

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(240)]
Visit = Callable[..., Visitor]
MEMBER = """
from accounts.models import User
User.objects.filter(username="greta").delete()
User.objects.create_user("greta", password=%r, display_name="Greta")
"""
COMPOSING = """key => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, isComposing: true, bubbles: true, cancelable: true }))"""


def test_the_whole_walk_by_keyboard_alone(visit: Visit, stoa: Stoa) -> None:
    stoa.manage("shell", "--command", MEMBER % PASSWORD)
    greta, bob = visit(), visit("bob")
    greta.name = "Greta"
    host, guest = Keys(greta), Keys(bob)
    sign_in(host)
    host.tap("Open a room", "link")
    host.fill("What is it called?", "Night walk")
    host.go("Open the room")
    host.tap("Enter the room")
    talk.connected(greta)
    bob.page.goto(greta.page.url)
    guest.tap("Listen")
    talk.connected(bob)

    bob.page.keyboard.press("h")
    told(greta.page, "status", "Bob raised a hand")
    host.tap("Invite Bob to speak")
    told(bob.page, "alert", "You are invited to speak")
    guest.tap("Accept")
    bob.page.get_by_role("dialog").wait_for()
    assert focus_is_inside(bob.page, "dialog")
    guest.tap("Use my microphone")
    guest.tap("Go on stage")
    greta.hears(HUM)
    told(bob.page, "alert", "You are heard")
    bob.page.keyboard.press("m")
    greta.silence_falls()
    told(bob.page, "alert", "You are muted")
    bob.page.keyboard.press("m")
    greta.hears(HUM)

    open_sheet_of(host, "Bob")
    assert focus_is_inside(greta.page, "dialog")
    host.tap("Mute Only they can unmute themselves")
    greta.silence_falls()
    told(bob.page, "alert", "The host or a moderator muted you")
    open_sheet_of(host, "Bob")
    host.tap("Move to the audience")
    talk.dock(bob, "Raise hand").wait_for()
    greta.page.keyboard.press("u")
    bob.page.get_by_role("button", name="Not now").wait_for()

    bob.page.keyboard.press("l")
    left = bob.page.get_by_role("heading", name="You left quietly")
    left.wait_for()
    assert left.evaluate("heading => heading === document.activeElement")
    host.tap("Leave quietly")
    greta.page.get_by_role("heading", name="You left quietly").wait_for()


def test_a_sheet_takes_the_focus_and_gives_it_back(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Sheets")
    alice = visit("alice")
    talk.enter(alice, room)
    page, walk = alice.page, Keys(alice)
    walk.tap("More")
    page.get_by_role("dialog").wait_for()
    assert focus_is_inside(page, "dialog")
    for _ in range(30):  # a Tab beyond the last button leads to the first, or to the browser itself
        page.keyboard.press("Tab")
        assert focus_is_inside(page, "dialog, body:not(:has(:focus))")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert page.get_by_role("button", name="More").evaluate("button => button === document.activeElement")
    walk.tap("React")
    reactions = page.get_by_role("group", name="Reactions")
    reactions.wait_for()
    page.keyboard.press("Escape")
    reactions.wait_for(state="hidden")
    assert page.get_by_role("button", name="React").evaluate("button => button === document.activeElement")


def test_single_keys_do_nothing_while_one_types_or_composes_or_wants_none(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Keys")
    carol, dana = visit("carol"), visit("dana")
    for visitor in (carol, dana):
        talk.enter(visitor, room)
    page, walk = carol.page, Keys(carol)
    search = page.get_by_role("searchbox", name="Search the audience by name")
    with crowd(stoa, room, GUESTS):
        search.wait_for()
        search.focus()
        page.keyboard.type("mhl?")
        assert search.input_value() == "mhl?"
    page.get_by_role("button", name="More").focus()
    reactions = page.get_by_role("group", name="Reactions")
    page.keyboard.press("r")
    reactions.wait_for()
    page.keyboard.press("r")
    reactions.wait_for(state="hidden")
    page.evaluate(COMPOSING, "l")
    page.keyboard.press("Control+h")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    page.keyboard.press("l")  # a dialog is open
    page.get_by_role("checkbox", name="Single keys work in this room").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    for key in ("h", "?", "r", "l"):
        page.keyboard.press(key)
    assert page.get_by_role("dialog").count() == 0
    assert not reactions.is_visible()
    assert talk.dock(carol, "Raise hand").is_visible()
    walk.tap("Raise hand")
    talk.dock(carol, "Lower hand").wait_for()


def test_the_first_tab_leads_past_the_head_of_a_page(visit: Visit) -> None:
    page = visit("carol").page
    for path in ("/", "/me/", "/invites/", "/history/"):
        page.goto(path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        assert skip.evaluate("link => link === document.activeElement"), path
        page.keyboard.press("Enter")
        assert page.get_by_role("main").evaluate("main => main === document.activeElement"), path


def test_a_lost_connection_is_said_at_once(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Lines")
    carol = visit("carol")
    talk.enter(carol, room)
    carol.page.context.set_offline(True)
    carol.page.evaluate("window.dispatchEvent(new Event('offline'))")
    stoa.kill("daphne")
    told(carol.page, "alert", "Connection lost", seconds=20)
    carol.page.context.set_offline(False)
    told(carol.page, "status", "Connected again", seconds=40)
    carol.forgive("ERR_")


def sign_in(walk: Keys) -> None:
    """Nothing: in the hallway, by user name and password."""
    page = walk.visitor.page
    page.goto("/")
    walk.fill("User name", "greta")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    walk.go("Sign in")
    hallway = page.get_by_role("heading", name="Hallway")
    asked = page.get_by_role("button", name="I accept this")
    hallway.or_(asked).wait_for()
    if asked.is_visible():
        walk.tap("I accept this")
    hallway.wait_for()


def open_sheet_of(walk: Keys, name: str) -> None:
    """Nothing: the stage was reached with Tab, the person on it with the arrow keys, their sheet opened with Enter."""
    page = walk.visitor.page
    page.get_by_role("heading", name="Night walk").focus()
    person = page.locator("#stage").get_by_role("button", name=f"{name}, on stage")
    for _ in range(60):
        if focus_is_inside(page, "#stage"):
            break
        page.keyboard.press("Tab")
    for _ in range(3):
        if person.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name=name).wait_for()


def focus_is_inside(page: Page, selector: str) -> bool:
    """Whether what has the focus is in, or is, such an element."""
    return bool(page.evaluate("selector => document.activeElement.closest(selector) !== null", selector))


def told(page: Page, role: str, words: str, seconds: float = 10) -> None:
    """Nothing, once a live region has said the words: `status` waits for a pause, `alert` does not."""
    regions = page.locator(f"[role={role}]")
    until(f"{role} says {words!r}", lambda: any(words in text for text in regions.all_text_contents()), seconds)
