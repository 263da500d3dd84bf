"""What few ever see, pictured for those who look after the pages: states, sheets, mistakes. Run by `make screens`."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.flows import broken, door, talk
from tests.flows.album import ALBUMS, LANGUAGES, PICTURED, SIZES, Album, choose
from tests.flows.chromium import Visitor
from tests.flows.desk import DECIDED
from tests.flows.stack import Stoa, until
from tests.flows.test_axe import invitation
from tests.flows.test_axe_room import ROOM_SHEETS
from tests.flows.test_passkeys import authenticator
from tests.flows.test_styleguide import STAFF

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(600)]
Visit = Callable[..., Visitor]
PLACES = {"screen": "#screen", "sheet": "#sheet", "banner": "#banners", "toast": "#toasts"}
"""Where a state of each kind is shown."""
OPEN_STATE = """address => new Promise((opened) => {
  addEventListener("hashchange", () => opened(), { once: true });
  location.hash = address;
})"""
HEARD = "Number(document.getElementById('dock-main').style.getPropertyValue('--level')) > 0"
"""Whether the server says that one is heard, whatever the language."""
OUTSIDE = {
    "offline": "/offline/",
    "signup-closed": "/accounts/signup/",
    "password-forgotten": "/accounts/password/reset/",
    "code-none": "/join/ABCD",
    "room-outside": "/r/{live}",
    "planned-outside": "/r/{planned}",
    "not-found-outside": "/r/aaaaaaaaaaaa",
}
GUEST = {
    "planned": "/r/{planned}",
    "invited": "{invitation}",
    "hallway-found-none": "/?q=0",
}
HOST = {"planned-host": "/r/{planned}", "edit": "/r/{planned}/edit/", "room-over": "/r/{over}"}
UNGUARDED = {"totp-new": "/accounts/2fa/totp/activate/", "privacy-accepted": "/privacy/"}
GUARDED = {
    "me-guarded": "/me/",
    "logout": "/accounts/logout/",
    "password-change": "/accounts/password/change/",
    "reauthenticate": "/accounts/reauthenticate/",
    "totp-off": "/accounts/2fa/totp/deactivate/",
    "recovery-codes": "/accounts/2fa/recovery-codes/",
    "recovery-codes-new": "/accounts/2fa/recovery-codes/generate/",
    "reauthenticate-factor": "/accounts/2fa/reauthenticate/",
    "reauthenticate-passkey": "/accounts/2fa/webauthn/reauthenticate/",
    "passkey-new": "/accounts/2fa/webauthn/add/",
    "passkey-name": "/accounts/2fa/webauthn/keys/{key}/edit/",
    "passkey-remove": "/accounts/2fa/webauthn/keys/{key}/remove/",
}

FACTS = {"en": "Shouted at whoever came on stage.", "zh": "对每位上台的人大喊大叫。"}
MEASURES = {
    "warn": "#banners",
    "mute": "#banners",
    "move_to_audience": "#banners",
    "restrict_reporting": "#banners",
    "remove": "#screen",
    "ban_room": "#screen",
    "suspend": "#screen",
}
"""What may be decided about somebody who is in a room, and where they are told."""
RESTORED = """
from accounts.models import User
from moderation.models import Decision, Stand
User.objects.filter(username="enid").update(suspended_until=None)
Decision.objects.filter(subject__username="enid").update(state=Stand.UNDONE)
"""
"""Run by `manage.py shell`: nothing is held against enid any more."""


@pytest.fixture(scope="module")
def rooms(stoa: Stoa) -> dict[str, str]:
    """Alice's rooms: a live one, one to come, one that is over; and the path of an invitation into a fourth."""
    live, over = stoa.room("alice", "Slow Sunday", topic="Reading together"), stoa.room("alice", "Questions")
    planned = stoa.room("alice", "Questions", topic="Reading together", scheduled_for="2099-01-05T20:00:00Z")
    assert stoa.ask("alice", "POST", f"/api/v1/rooms/{over}/end/")[0] == 204
    return {"live": live, "over": over, "planned": planned, "invitation": invitation(stoa)}


@PICTURED
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_state(size: str, language: str, visit: Visit, stoa: Stoa) -> None:
    stoa.manage("shell", "--command", STAFF)
    album = Album(visit("stella", viewport=SIZES[size], locale=LANGUAGES[language]), size, language, [])
    page = album.visitor.page
    page.goto("/styleguide/")
    states = page.locator("#state-list a")
    states.first.wait_for(state="attached")
    for address, kind in states.evaluate_all("links => links.map((link) => [link.hash, link.lastChild.textContent])"):
        page.evaluate(OPEN_STATE, address)
        page.locator(PLACES[kind]).locator("h1, h2, p").first.wait_for()
        album.take(address.removeprefix("#"), whole=False, words=PLACES[kind])
    assert not album.faults, "\n".join(album.faults)


@pytest.mark.parametrize(("size", "language"), ALBUMS)
def test_every_page_beside_the_usual_ways(size: str, language: str, visit: Visit, rooms: dict[str, str]) -> None:
    faults: list[str] = []
    look = {"viewport": SIZES[size], "locale": LANGUAGES[language]}
    stranger, erin, alice = (Album(visit(name, **look), size, language, faults) for name in ("", "erin", "alice"))
    for album, pages in ((stranger, OUTSIDE), (erin, GUEST), (alice, HOST)):
        album.tour({name: path.format(**rooms) for name, path in pages.items()})
    stranger.visitor.forgive("status of 40")  # sign-up, which is closed, and what is not there
    for name in broken.shown(stranger.visitor, LANGUAGES[language]):
        stranger.take(f"error-{name.rpartition('/')[-1].removesuffix('.html')}")
    assert not faults, "\n".join(faults)


@PICTURED
def test_every_page_of_what_guards_an_account(browser: Browser, stoa: Stoa) -> None:
    faults: list[str] = []
    origin = stoa.url.replace("127.0.0.1", "localhost")  # passkeys belong to none but names
    page = browser.new_context(base_url=origin, locale="en").new_page()
    authenticator(page)
    page.goto(stoa.manage("create_user", "robin").strip().replace(stoa.url, origin))
    door.answer(page, "Robin")
    door.prove(page)
    for size, language in every_look(page):
        choose(page, language)
        Album(Visitor(page, stoa, "Robin"), size, language, faults).tour(UNGUARDED)
    key = door.turn_on_factors(page)
    door.prove(page)
    for size, language in every_look(page):
        choose(page, language)  # what Robin reads, whatever the browser asks for
        album = Album(Visitor(page, stoa, "Robin"), size, language, faults)
        album.tour({name: path.format(key=key) for name, path in GUARDED.items()})
    page.goto("/accounts/logout/")
    page.locator("main form button").click()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("robin")
    door.send(page, "password", door.PASSWORD)
    for size, language in every_look(page):
        page.reload()
        Album(Visitor(page, stoa, "Robin"), size, language, faults).take("second-factor")
    page.context.close()
    assert not faults, "\n".join(faults)


@PICTURED
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_that_opens_in_a_room(size: str, language: str, visit: Visit, busy: tuple[str, Visitor]) -> None:
    room, host = busy
    faults: list[str] = []
    look = {"viewport": SIZES[size], "locale": LANGUAGES[language]}
    as_speaker(Album(visit("erin", **look), size, language, faults), room, host.page)
    as_host(Album(visit("alice", **look), size, language, faults), room)
    host.page.get_by_role("button", name="Listen here instead").click()
    talk.connected(host)
    assert not faults, "\n".join(faults)


@PICTURED
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_that_the_moderation_says_in_a_room(size: str, language: str, visit: Visit, stoa: Stoa) -> None:
    stoa.sign_in("enid", "femi")
    enid = Album(visit("enid", viewport=SIZES[size], locale=LANGUAGES[language]), size, language, [])
    choose(enid.visitor.page, language)
    room, alice = talk.spoken_in(visit, stoa, "Slow Sunday")
    enter(enid, room)
    enid.visitor.page.locator("#dock-main").click()
    alice.page.get_by_role("button", name="Invite Enid to speak").click()
    go_live(enid.visitor.page)
    try:
        for measure, where in MEASURES.items():
            if where == "#screen" and enid.visitor.page.locator("#screen").is_visible():
                enter(enid, room := stoa.room("alice", "Slow Sunday"))
            told = {"room": room, "measures": {"enid": measure}, "facts": FACTS[language]}
            stoa.manage("shell", "--verbosity", "0", "--command", DECIDED % told)
            shown = enid.visitor.page.locator(where)
            shown.get_by_text(FACTS[language]).wait_for()
            enid.take(f"room-{measure}", whole=False, words=where)
    finally:
        stoa.manage("shell", "--verbosity", "0", "--command", RESTORED)
    assert not enid.faults, "\n".join(enid.faults)


def every_look(page: Page) -> Iterator[tuple[str, str]]:
    """Each size and language: the page is of that size, and what it loads next is in that language."""
    for size, viewport in SIZES.items():
        page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
        for language, locale in LANGUAGES.items():
            page.context.add_cookies([{"name": "django_language", "value": locale, "domain": "localhost", "path": "/"}])
            yield size, language


def as_speaker(erin: Album, room: str, host: Page) -> None:
    """Nothing: pictures of the way onto the stage, of being heard there, and of being muted."""
    page = erin.visitor.page
    enter(erin, room)
    page.locator("#dock-react").click()
    erin.take("reactions", whole=False)
    page.keyboard.press("Escape")
    sheet(erin, "gear", "sheet-sound-listener")
    page.locator("#dock-main").click()
    page.locator("#dock-main.raised").wait_for()
    erin.take("room-hand", whole=False)
    host.get_by_role("button", name="Invite Erin to speak").click()
    page.locator("[data-name=invitation] .button.primary").wait_for()
    erin.take("room-invitation", whole=False)
    go_live(page)
    erin.take("room-speaker", whole=False)
    sheet(erin, "gear", "sheet-sound-speaker")
    page.locator("#dock-main").click()
    page.locator("#dock-main:not(.live)").wait_for()
    erin.take("room-speaker-muted", whole=False)
    page.locator("#dock-leave").click()
    page.locator("#screen h1").wait_for()


def go_live(page: Page) -> None:
    """Nothing: whoever is invited is on stage and heard, whatever language they read."""
    page.locator("[data-name=invitation] .button.primary").click()
    page.locator("dialog .button.primary").click()
    page.get_by_role("meter").wait_for()
    page.locator("dialog .button.primary").click()
    until("they are heard", lambda: page.evaluate(HEARD))


def as_host(alice: Album, room: str) -> None:
    """Nothing: pictures of each sheet behind the one of the room, and of a link into it."""
    page = alice.visitor.page
    enter(alice, room)
    for sign in ROOM_SHEETS:
        sheet(alice, sign, f"sheet-{sign}")
    page.locator("#dock-more").click()
    page.locator("dialog .menu-item:has(use[href='#i-link'])").click()
    page.locator("dialog .button.primary").click()
    page.locator("dialog .code").wait_for()
    alice.take("sheet-link-made", whole=False)


def enter(album: Album, room: str) -> None:
    """Nothing: in the room, with everybody in sight."""
    page = album.visitor.page
    page.goto(f"/r/{room}")
    page.locator("#join").click()
    talk.connected(album.visitor)
    page.locator(talk.LISTED).first.wait_for()


def sheet(album: Album, sign: str, name: str) -> None:
    """Nothing: a picture of the sheet that the one of the room leads to by this icon."""
    page = album.visitor.page
    page.locator("#dock-more").click()
    page.locator(f"dialog .menu-item:has(use[href='#i-{sign}'])").click()
    page.locator("dialog .menu-item").first.wait_for(state="hidden")
    album.take(name, whole=False)
    page.keyboard.press("Escape")
