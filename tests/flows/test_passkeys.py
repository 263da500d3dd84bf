"""Coming in without a password, in a real browser with a real (virtual) authenticator."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.flows.chromium import Visitor
from tests.flows.door import AUTHENTICATOR, PASSWORD
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]
SMALLEST = {"width": 360, "height": 740}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A small phone."""
    context = browser.new_context(viewport=SMALLEST, permissions=["clipboard-read", "clipboard-write"])  # type: ignore[arg-type]  # a dict is a viewport
    yield context.new_page()
    context.close()


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A fingerprint reader in the page's browser."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {**AUTHENTICATOR, "automaticPresenceSimulation": True}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def to_keys(page: Page, stoa: Stoa, name: str) -> None:
    """Nothing: onboarding up to the question of how to sign in, at a name: passkeys belong to none but names."""
    link = stoa.manage("create_invite").strip()
    page.goto(link.replace("127.0.0.1", "localhost"))
    page.get_by_role("textbox", name="What should people call you?").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How will you sign in?").wait_for()


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def guest(visit: Callable[..., Visitor], stoa: Stoa) -> Callable[..., Visitor]:
    """Brings a stranger, whose browser has a fingerprint reader, to where passkeys are offered."""
    named = replace(stoa, url=stoa.url.replace("127.0.0.1", "localhost"))

    def come(**options: Any) -> Visitor:
        guest = visit(**{"viewport": SMALLEST, "base_url": named.url, **options})
        guest.stoa = named
        authenticator(guest.page)
        return guest

    return come


def test_a_passkey_is_enough_to_come_in_and_to_come_back(
    guest: Callable[..., Visitor], hand: dict[str, Any], stoa: Stoa
) -> None:
    gwen = guest(**hand)
    page = gwen.page
    to_keys(page, stoa, "Gwen")
    assert fits(page)
    gwen.press(page.get_by_role("button", name="Make a passkey"))
    gwen.press(page.get_by_role("button", name="I accept this, let me in"))
    gwen.press(page.get_by_role("button", name="Play a tone"))
    page.get_by_text("That was the tone.").wait_for()
    gwen.press(page.get_by_role("link", name="I am ready"))
    come_back(gwen)


def come_back(visitor: Visitor) -> None:
    """Nothing: whoever is in the hallway went out of the door, and came back by a passkey."""
    page = visitor.page
    page.get_by_role("heading", name="Hallway").wait_for()
    visitor.press(page.get_by_role("button", name="You and settings"))
    visitor.press(page.get_by_role("button", name="Sign out"))
    page.get_by_role("heading", name="Sign in").wait_for()
    visitor.press(page.get_by_role("button", name="Sign in with a passkey"))
    page.get_by_role("heading", name="Hallway").wait_for()


def test_a_passkey_is_added_to_a_password_with_a_thumb_and_opens_the_door(
    guest: Callable[..., Visitor], phone: dict[str, Any], stoa: Stoa
) -> None:
    jana = guest(**phone)
    page = jana.page
    to_keys(page, stoa, "Jana")
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    jana.press(page.get_by_role("button", name="Continue"))
    jana.press(page.get_by_role("button", name="I accept this, let me in"))
    jana.press(page.get_by_role("link", name="I am ready"))
    page.get_by_role("heading", name="Hallway").wait_for()
    page.goto("/me/")
    jana.press(page.get_by_role("link", name="Add a passkey"))
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    jana.press(page.get_by_role("button", name="Confirm"))
    page.get_by_role("textbox", name="Name").fill("Phone")
    jana.press(page.get_by_role("button", name="Make a passkey"))
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto("/")
    come_back(jana)


def test_a_passkey_that_was_not_given_is_explained_and_a_password_does(page: Page, stoa: Stoa) -> None:
    devtools, reader = authenticator(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": reader, "isUserVerified": False})
    to_keys(page, stoa, "Hana")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("alert").filter(has_text="did not get a passkey").wait_for()
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What applies here").wait_for()


def test_a_link_is_copied(page: Page, stoa: Stoa) -> None:
    to_keys(page, stoa, "Ines")
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I accept this, let me in").click()
    page.get_by_role("link", name="I am ready").click()
    page.goto(page.url + "invites/")
    page.get_by_role("button", name="Make a code").click()
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#link").inner_text()
    assert "/join/" in copied
    assert fits(page)
