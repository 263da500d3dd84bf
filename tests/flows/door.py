"""How one comes in: by the door, and with what guards an account besides its password."""

import base64
import hmac
import struct
import time

from playwright.sync_api import Page

from tests.flows.stack import Stoa

PASSWORD = "nine green kettles sing"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
"""A fingerprint reader that a browser under test is given (WebAuthn, section 11)."""


def come_in(page: Page, stoa: Stoa, name: str) -> None:
    """Nothing: somebody has an account, by a code, and is signed in."""
    page.goto(stoa.manage("create_user", name).strip())
    answer(page, name.capitalize())


def answer(page: Page, name: str) -> None:
    """Nothing: everything that onboarding asks was answered."""
    page.get_by_role("textbox", name="What should people call you?").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I accept this, let me in").click()
    page.get_by_role("link", name="I am ready").click()
    page.get_by_role("heading", name="Hallway").wait_for()


def second_factor(page: Page) -> str:
    """The secret of an app with codes, which is on now, and whose code this session of one of the staff has shown."""
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator("main .code").inner_text()
    page.locator("input[name=code]").fill(code(secret))
    with page.expect_navigation():
        page.get_by_role("button", name="Turn on").click()
    page.goto("/console/")
    page.locator("input[name=code]").fill(code(secret))
    page.get_by_role("button", name="Confirm").click()
    return secret


def prove(page: Page) -> None:
    """Nothing: the password was asked for again, and given; what guards an account wants it fresh."""
    page.goto("/accounts/reauthenticate/")
    send(page, "password", PASSWORD)


def turn_on_factors(page: Page) -> str:
    """The number of a passkey that stands beside the password now, as an app with codes does."""
    page.goto("/accounts/2fa/totp/activate/")
    send(page, "code", code(page.locator(".code").inner_text()))
    page.goto("/accounts/2fa/webauthn/add/")
    send(page, "name", "Laptop")
    page.goto("/me/")
    renaming = page.locator("a[href$='/edit/']").get_attribute("href") or ""
    return renaming.split("/")[-3]


def send(page: Page, field: str, text: str) -> None:
    """Nothing: the text was typed into the field of this name, whatever the page's language is, and sent."""
    page.locator(f"[name={field}]").fill(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def code(secret: str) -> str:
    """What an app with codes shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
