"""Oneself with a thumb: name, picture, theme, a second factor, other devices, what one is told of, whom one let in."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.flows import door, talk
from tests.flows.chromium import Visitor
from tests.flows.door import PASSWORD
from tests.flows.firefox.test_pages import picture
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
AROUND = "[...document.querySelectorAll('meta[name=theme-color]')].map(({ content }) => content)"
"""What the browser draws around the page, while the system is light and while it is dark."""
LIGHT, DARK = "#faf8f5", "#14120f"
END = "(element) => Math.round(element.getBoundingClientRect().right)"


def test_one_looks_after_oneself(visit: Visit, phone: dict[str, Any], stoa: Stoa, tmp_path: Path) -> None:
    first = visit(**phone)
    page = first.page
    door.come_in(page, stoa, "ottilie")
    page.goto("/me/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Otter")
    page.locator("#profile").get_by_role("button", name="Save").tap()
    expect(page.locator(".face-name")).to_have_text("Otter")
    page.locator("#id_picture").set_input_files(picture(tmp_path / "otter.bmp"))
    face = page.locator("#profile img")
    expect(face).to_be_visible()
    assert face.evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0
    page.locator("#profile [data-theme-choice=dark]").tap()
    box = page.get_by_role("checkbox", name="Somebody I know opens a room")
    before = box.is_checked()
    box.tap()
    page.locator("#notifications").get_by_role("button", name="Save").tap()
    expect(box).to_be_checked(checked=not before)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert set(page.evaluate(AROUND)) == {DARK}
    page.locator("#profile [data-theme-choice=system]").tap()
    assert page.evaluate(AROUND) == [LIGHT, DARK]

    recovery = turn_on_codes(page)
    second = visit(**phone)
    sign_in(second.page, "ottilie", recovery)
    second.page.goto("/me/")
    expect(second.page.locator("#devices").get_by_text("Chrome on Android")).to_have_count(2)
    second.page.get_by_role("button", name="Sign out everywhere else").tap()
    expect(second.page.get_by_text("You are signed out everywhere else.")).to_be_visible()
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def turn_on_codes(page: Page) -> str:
    """A recovery code of an account that has an app with codes from now on."""
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").tap()
    page.locator("input[name=code]").fill(door.code(page.locator("main .code").inner_text()))
    page.get_by_role("button", name="Turn on").tap()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto("/accounts/2fa/recovery-codes/")
    return page.locator(".list.code li").first.inner_text()


def sign_in(page: Page, name: str, recovery: str) -> None:
    """Nothing: in the hallway, by the password and a recovery code."""
    page.goto("/accounts/login/")
    page.get_by_role("textbox", name="User name").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=code]").fill(recovery)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hallway").wait_for()


def test_one_sees_who_came_and_takes_a_code_back(visit: Visit, phone: dict[str, Any], stoa: Stoa) -> None:
    alice, guest = visit("alice", **phone), visit(**phone)
    alice.page.goto("/invites/")
    alice.page.locator("input[name=uses]").fill("2")
    alice.page.get_by_role("button", name="Make a code").tap()
    guest.page.goto(str(alice.page.locator("#link").inner_text()))
    door.answer(guest.page, "Pip")
    alice.page.reload()
    expect(alice.page.get_by_text("Pip came in on")).to_be_visible()
    tree, flag = alice.page.locator(".tree"), alice.page.get_by_role("button", name="Report Pip")
    assert flag.evaluate(END) == tree.evaluate(END)
    alice.page.get_by_role("button", name=re.compile("^Revoke")).first.tap()
    expect(alice.page.get_by_text("Revoked").first).to_be_visible()


def test_one_ends_ones_account_and_is_out_of_the_room_on_every_device(
    visit: Visit, phone: dict[str, Any], stoa: Stoa, room: str
) -> None:
    first = visit(**phone)
    page = first.page
    door.come_in(page, stoa, "zelda")
    elsewhere = visit("zelda")
    talk.enter(elsewhere, room)
    talk.connected(elsewhere)

    page.goto("/me/")
    page.get_by_role("link", name="End my account").tap()
    expect(page.get_by_text("What stays, and for how long")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download").tap()
    assert taken.value.suggested_filename == "my-data.zip"
    page.get_by_role("link", name="Go on").tap()
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").tap()
    page.get_by_role("link", name="Keep my account").tap()
    page.get_by_role("link", name="Go on").tap()
    page.get_by_role("button", name="End my account").tap()
    expect(page.get_by_role("heading", name="Your account has ended")).to_be_visible()

    expect(elsewhere.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_role("textbox", name="User name").fill("zelda")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("is not correct")).to_be_visible()
    elsewhere.forgive("40")  # last of all: what it asked as the account ended may be answered late
