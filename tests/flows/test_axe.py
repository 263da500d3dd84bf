"""Every page, every state of a room and every sheet: nothing for axe to find, in any theme, in both languages."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.flows import axe, broken, door, stack, talk
from tests.flows.axe import LOOKS, Inspector
from tests.flows.chromium import Visitor
from tests.flows.door import PASSWORD
from tests.flows.small import sideways
from tests.flows.stack import Stoa
from tests.flows.test_passkeys import authenticator

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Visitor]
OUTSIDE = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/join/",
    "/join/ABCD",
    "/offline/",
    "/privacy/",
    "/privacy/ended/",
    "/rules/",
    "/transparency/",
)
WITHOUT_FACTORS = (
    "/",
    "/history/",
    "/me/",
    "/invites/",
    "/privacy/data/",
    "/privacy/end/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
)
WITH_FACTORS = (
    "/me/",
    "/privacy/end/confirm/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/webauthn/keys/{key}/edit/",
    "/accounts/2fa/webauthn/keys/{key}/remove/",
)
OTHERWISE = ("/join/ABCD", "/accounts/password/set/", "/", "/new/", "/invites/")
"""Pages that say something else to whoever is signed in, has no password, or comes while levers are pulled."""
WITHOUT_PASSWORD = "from accounts.models import User; User.objects.create_user('greta', display_name='Greta')"
FREEZE = """
from django.utils import timezone
from accounts.models import Lever, Switch

for lever in (Lever.INVITES, Lever.JOINS, Lever.SERVER):
    Switch.objects.create(
        name=lever, reason="raid", note="Back on Monday.", pulled_by="", pulled_at=timezone.now(), most=5
    )
"""
THAW = "from accounts.models import Switch; Switch.objects.all().delete()"
PUSHLESS = "delete globalThis.PushManager;"
SILENT = {
    "forbidden": "Object.defineProperty(Notification, 'permission', { get: () => 'denied' });",
    "without push": PUSHLESS,
    "not installed": f"Object.defineProperty(navigator, 'userAgent', {{ get: () => 'iPhone' }}); {PUSHLESS}",
}
"""Browsers that show no notifications; that of an iPhone does once the app is installed."""
UID = "from accounts.models import User; print(User.objects.get(username=%r).uid)"


@pytest.fixture(scope="module")
def stoa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of our own, whose hallway is empty at first."""
    with stack.running(tmp_path_factory.mktemp("axe")) as running:
        running.manage("shell", "--command", WITHOUT_PASSWORD)
        running.sign_in("alice", "bob", "carol", "dana", "erin", "greta")
        yield running


@pytest.fixture(scope="module")
def live(stoa: Stoa) -> str:
    """A room that alice hosts."""
    return stoa.room("alice", "Slow Sunday", topic="Reading together", language="en")


def test_pages_for_strangers(visit: Visit, look: dict[str, Any]) -> None:
    mallory = visit(**look)
    inspector = Inspector(mallory.page)
    inspector.visit(*OUTSIDE)
    mallory.page.locator("[popovertarget=me-menu]").click()
    inspector.look("the menu")
    mallory.page.goto("/accounts/login/")
    mallory.page.locator("[name=login]").fill("mallory")
    mallory.page.locator("[name=password]").fill("guessed")
    mallory.page.locator("[data-secret]").click()
    assert mallory.page.locator("[name=password]").get_attribute("type") == "text"
    inspector.look("a password that is shown")
    mallory.page.keyboard.press("Enter")
    mallory.page.locator("[role=alert]:visible, .errorlist, .error").first.wait_for()
    inspector.look("a wrong password")
    mallory.forgive("status of 40")  # the code that is none, and sign-up, which is closed
    inspector.assert_nothing_found()


def test_pages_that_say_what_went_wrong(visit: Visit, look: dict[str, Any]) -> None:
    mallory = visit(**look)
    inspector = Inspector(mallory.page)
    for name in broken.shown(mallory, str(look["locale"])):
        inspector.look(name)
    inspector.assert_nothing_found()


def test_the_way_in_and_the_pages_of_oneself(browser: Browser, stoa: Stoa, look: dict[str, Any]) -> None:
    named = stoa.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=named, permissions=["microphone"], **look)
    page = context.new_page()
    authenticator(page)
    inspector = Inspector(page)
    onboard(inspector, stoa)
    inspector.visit(*WITHOUT_FACTORS)
    make_a_code(inspector)
    door.prove(page)
    inspector.visit("/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/")
    key = door.turn_on_factors(page)
    door.prove(page)
    inspector.visit(*(path.format(key=key) for path in WITH_FACTORS))
    page.goto("/accounts/logout/")
    page.locator("main form button").click()
    second_factor(inspector)
    context.close()
    inspector.assert_nothing_found()


def test_the_notifications_of_a_browser_that_shows_none(visit: Visit, look: dict[str, Any]) -> None:
    found, told = list[str](), set[str]()
    for name, script in SILENT.items():
        page = visit("alice", **look).page
        page.add_init_script(script)
        page.goto("/me/")
        page.locator("[data-state]:not(:has-text('JavaScript'))").wait_for()
        told.add(page.locator("[data-state]").inner_text())
        assert page.locator("[data-switch]").is_hidden()
        found += [f"{name}: {fault}" for fault in (*axe.faults_in_every_look(page, "#notifications"), *sideways(page))]
    assert len(told) == len(SILENT), told
    assert not found, "\n".join(found)


def test_pages_that_are_other_ones_for_somebody_signed_in_without_a_password_while_the_server_is_closed(
    visit: Visit, stoa: Stoa
) -> None:
    found, room = list[str](), stoa.room("alice", "Busy Tuesday")
    stoa.manage("shell", "--command", FREEZE)
    try:
        for look in LOOKS.values():
            greta = visit("greta", **look).page
            inspector = Inspector(greta, found)
            inspector.visit(*OTHERWISE)
            assert greta.locator("main q").inner_text() == "Back on Monday."
            inspector.visit(f"/r/{room}")
            assert greta.locator("#prejoin q").inner_text() == "Back on Monday."
    finally:
        stoa.manage("shell", "--command", THAW)
        stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/end/")
    assert not found, "\n".join(found)


def test_pages_around_a_room(visit: Visit, stoa: Stoa, live: str, look: dict[str, Any]) -> None:
    soon = {"access": "open", "scheduled_for": "2099-01-05T20:00:00Z"}
    later = str(stoa.ask("alice", "POST", "/api/v1/rooms/", {"title": "Questions", **soon})[1]["id"])
    bob, alice = visit("bob", **look), visit("alice", **look)
    seen = Inspector(bob.page)
    seen.visit("/", "/?q=slow", "/?q=nothing-of-the-kind", "/new/", f"/r/{live}", f"/r/{later}", invitation(stoa))
    bob.page.goto("/new/")
    bob.page.locator("[name=when][value=later]").check()
    seen.look("a room for later")
    hosted = Inspector(alice.page, seen.found)
    hosted.visit("/", f"/r/{later}", f"/r/{later}/edit/")
    over = past_room(stoa, bob)
    seen.visit("/history/", f"/r/{over}")
    stranger = visit(**look)
    Inspector(stranger.page, seen.found).visit(f"/r/{live}", f"/r/{later}", "/r/aaaaaaaaaaaa")
    stoa.ask("alice", "POST", f"/api/v1/rooms/{later}/end/")
    stranger.forgive("404")
    bob.forgive("409")  # the list of listeners, where it was asked for just as the room ended
    seen.assert_nothing_found()


def test_the_page_of_somebody_who_blocked_others(visit: Visit, stoa: Stoa, look: dict[str, Any]) -> None:
    for name in ("bob", "carol"):
        uid = stoa.manage("shell", "--verbosity", "0", "--command", UID % name).strip()
        assert stoa.ask("alice", "POST", "/api/v1/blocks/", {"uid": uid})[0] in {201, 204}
    room = stoa.room("bob", "Loud Monday")
    alice = visit("alice", **look)
    inspector = Inspector(alice.page)
    alice.page.goto(f"/r/{room}")
    alice.page.locator("#blocked").wait_for()
    inspector.look("somebody blocked is heard")
    stoa.ask("bob", "POST", f"/api/v1/rooms/{room}/end/")
    alice.page.goto("/me/")
    alice.page.locator("form[action^='/me/blocked/'] button").nth(1).wait_for()
    inspector.look("blocked people")
    alice.page.locator("form[action^='/me/blocked/'] button").first.click()
    alice.page.locator("form[action^='/me/blocked/'] button").nth(1).wait_for(state="detached")
    inspector.look("one person less")
    alice.page.locator("form[action^='/me/blocked/'] button").click()
    alice.page.locator("form[action^='/me/blocked/']").wait_for(state="detached")
    inspector.assert_nothing_found()


def onboard(inspector: Inspector, stoa: Stoa) -> None:
    """Nothing: each screen between a code and the hallway was looked at, the ones with a mistake too."""
    page = inspector.page
    page.goto(stoa.manage("create_invite").strip().replace("127.0.0.1", "localhost"))
    inspector.look("/join/name/")
    answer(page, "Robin")
    inspector.look("/join/keys/")
    answer(page, "12345678")
    inspector.look("a weak password")
    answer(page, PASSWORD)
    inspector.look("/join/notice/")
    inspector.visit("/join/user-name/")
    page.goto("/join/notice/")
    page.locator("main form .button.primary").click()
    page.wait_for_url("**/join/sound/")
    inspector.look("/join/sound/")
    page.locator("[data-tone]").click()
    page.locator("[data-heard]:not(:empty)").wait_for()
    inspector.look("a tone that was played")
    page.locator("[data-try]").click()
    page.get_by_role("meter").wait_for()
    inspector.look("the level of one's own microphone")


def answer(page: Page, text: str) -> None:
    """Nothing: the answer was typed into the field that a person types into, and sent."""
    page.locator("main form:not([data-passkey]) input:not([type=hidden], [readonly])").first.fill(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def make_a_code(inspector: Inspector) -> None:
    """Nothing: the page that shows a new invite code was looked at."""
    inspector.page.goto("/invites/")
    inspector.page.locator("#new ~ form .button.primary").click()
    inspector.page.locator("#code").wait_for()
    inspector.look("a new code")


def second_factor(inspector: Inspector) -> None:
    """Nothing: the question for the second factor was looked at."""
    page = inspector.page
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("robin")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    inspector.look("/accounts/2fa/authenticate/")


def invitation(stoa: Stoa) -> str:
    """The path of a link that opens a room of alice's for those who are given it."""
    secret = stoa.room("alice", "Jazz", access="invite")
    status, made = stoa.ask("alice", "POST", f"/api/v1/rooms/{secret}/invites/", {"stage": "speaking"})
    assert status == 201, made
    return str(urlsplit(made["url"]).path)


def past_room(stoa: Stoa, visitor: Visitor) -> str:
    """The id of a room that the visitor was in and that is over."""
    room = stoa.room("alice", "Over by now")
    visitor.page.goto(f"/r/{room}")
    visitor.page.locator("#join").click()
    talk.connected(visitor)
    assert stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/end/")[0] == 204
    return room
