"""The pages around a room in Firefox: the way in, oneself, invitations, the hallway, and what is planned."""

import struct
from pathlib import Path

import pytest

from tests.flows import door, people
from tests.flows.crowd import crowd
from tests.flows.door import PASSWORD
from tests.flows.firefox import dana
from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
PLANNED = """
const day = document.querySelector("input[type=datetime-local]");
day.value = "2099-01-05T20:00";
day.dispatchEvent(new Event("input", { bubbles: true }));
"""
"""The day of a room: a picker of the browser's own, which nobody types into like into a field."""
TEXT = "return document.querySelector('{}')?.innerText"
TITLES = "return [...document.querySelectorAll('#rooms h3')].map((title) => title.innerText)"
DARK = "return getComputedStyle(document.body).colorScheme === 'dark'"
NAME = "return document.querySelector('[name=display_name]')?.value"
OWN_FACE = "return document.querySelector('#profile img')?.naturalWidth"
TURNS = 45
"""Seconds in which the hallway has asked again, and once more."""


def test_firefox_invites_somebody_who_comes_in_and_looks_after_themselves(
    fox: Firefox, stoa: Stoa, tmp_path: Path
) -> None:
    dana.sign_in(fox, stoa)
    fox.goto(f"{stoa.outside}/invites/")
    fox.type("input[name=uses]", "2")
    fox.press("main form .button.primary")
    code = str(until("there is a code", lambda: fox.evaluate(TEXT.format("#code"))))
    fox.click("Copy the link")
    fox.shows("Copied")

    come_in(fox, stoa, code.lower(), "Renard")
    change_profile(fox, stoa, tmp_path)
    guard(fox, stoa)
    fox.press("[popovertarget=me-menu]")
    fox.press("[name=language][value=zh-hans]")
    fox.goto(f"{stoa.outside}/")
    fox.shows("大厅")

    dana.sign_in(fox, stoa)
    fox.goto(f"{stoa.outside}/invites/")
    fox.shows("Vixen came in on")
    fox.click("Revoke")
    fox.shows("Revoked")


def come_in(fox: Firefox, stoa: Stoa, code: str, name: str) -> None:
    """Nothing: somebody new typed the code, a name and a password, heard the tone, and tried the microphone."""
    dana.sign_out(fox, stoa)
    fox.goto(f"{stoa.outside}/join/")
    fox.type("input[name=code]", f"{code}{ENTER}")
    fox.shows("What should people call you?")
    fox.type("input[name=display_name]", f"{name}{ENTER}")
    fox.shows("How will you sign in?")
    fox.click("Back")
    until("the name is kept", lambda: fox.evaluate(NAME) == name)
    fox.click("Continue")
    fox.shows("How will you sign in?")
    fox.type("input[type=password]", f"{PASSWORD}{ENTER}")
    fox.click("I accept this, let me in")
    fox.click("Play a tone")
    fox.shows("That was the tone.")
    fox.click("Try my microphone")
    fox.shows("Say something: the bar should move.")
    fox.click("I am ready")
    fox.shows("Hallway")


def change_profile(fox: Firefox, stoa: Stoa, folder: Path) -> None:
    """Nothing: there are another name, a picture, another theme, and one thing less to be told of."""
    fox.goto(f"{stoa.outside}/me/")
    fox.type("input[name=display_name]", f"Vixen{ENTER}")
    fox.shows("Vixen")
    fox.upload("#id_picture", picture(folder / "fox.bmp"))
    until("the picture is there", lambda: fox.evaluate(OWN_FACE))
    fox.press("[data-theme-choice=dark]")
    until("the page is dark", lambda: fox.evaluate(DARK))
    box = "return document.querySelector('[name=notify_openings]').checked"
    before = fox.evaluate(box)
    fox.press("label[for=id_notify_openings]")
    fox.press("#notifications form .button")
    until("it is saved", lambda: "Saved." in (fox.evaluate(TEXT.format("#notifications")) or ""))
    assert fox.evaluate(box) is not before
    assert fox.evaluate(DARK)


def picture(file: Path) -> Path:
    """A BMP of one colour: the server takes none, so that the browser has to draw it anew."""
    pixels = b"\x20\x80\xff" * 64 * 64
    sizes = struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
    file.write_bytes(sizes + struct.pack("<IiiHHIIiiII", 40, 64, 64, 1, 24, 0, len(pixels), 0, 0, 0, 0) + pixels)
    return file


def guard(fox: Firefox, stoa: Stoa) -> None:
    """Nothing: a recovery code opened the account where an app with codes is asked for, and ended the first session."""
    first = fox.cookies()["sessionid"]
    recovery = turn_on_codes(fox, stoa)
    dana.sign_in_by_code(fox, stoa, "renard", recovery)
    fox.shows("Hallway")
    fox.goto(f"{stoa.outside}/me/")
    fox.shows("Firefox on Linux")
    fox.click("Sign out everywhere else")
    fox.shows("You are signed out everywhere else.")
    second = fox.cookies()["sessionid"]
    dana.become(fox, stoa, first)
    fox.goto(f"{stoa.outside}/me/")
    fox.shows("You have an invite code?")
    dana.become(fox, stoa, second)
    fox.goto(f"{stoa.outside}/me/")


def turn_on_codes(fox: Firefox, stoa: Stoa) -> str:
    """A recovery code of an account that has an app with codes from now on."""
    fox.goto(f"{stoa.outside}/accounts/2fa/totp/activate/")
    fox.type("input[type=password]", f"{PASSWORD}{ENTER}")
    secret = until("there is a secret", lambda: fox.evaluate(TEXT.format("form .code")))
    fox.type("input[name=code]", f"{door.code(secret)}{ENTER}")
    fox.shows("Recovery codes")
    fox.goto(f"{stoa.outside}/accounts/2fa/recovery-codes/")
    return str(until("there are codes", lambda: fox.evaluate(TEXT.format(".list.code li"))))


def test_firefox_plans_changes_and_calls_off_a_room(fox: Firefox, stoa: Stoa) -> None:
    dana.sign_in(fox, stoa)
    fox.goto(f"{stoa.outside}/new/")
    fox.type("input[name=title]", "Foxes at dusk")
    fox.press("[name=when][value=later]")
    fox.evaluate(PLANNED)
    fox.click("Schedule the room")
    until("the room is planned", lambda: fox.evaluate("return location.pathname.startsWith('/r/')"))
    fox.click("Add to calendar")
    until(
        "the file is there",
        lambda: "SUMMARY:Foxes at dusk" in "".join(map(Path.read_text, fox.downloads.glob("*.ics"))),
    )
    fox.click("Edit")
    fox.type("input[name=title]", "Foxes at dawn")
    fox.click("Save")
    fox.shows("Start now")
    fox.shows("Foxes at dawn")
    fox.click("Edit")
    fox.press("summary.danger")
    fox.click("Call it off")
    fox.shows("The host called this room off.")


def test_firefox_sees_an_empty_hallway_fill_by_itself_with_rooms_of_people_one_knows_first(
    fox: Firefox, stoa: Stoa
) -> None:
    stoa.manage("shell", "--command", people.EMPTY + people.INVITED % {"host": "bob", "guest": "carol"})
    dana.sign_in(fox, stoa, "carol")
    fox.goto(f"{stoa.outside}/")
    fox.shows("Nobody is talking right now.")
    large, known = (stoa.room(host, f"{host}'s foxes") for host in ("alice", "dana"))
    with crowd(stoa, large, ["mallory", "mallet"]), crowd(stoa, known, ["bob"]):
        until("both are there", lambda: fox.evaluate(TITLES) == ["dana's foxes", "alice's foxes"], TURNS)
        fox.shows("Bob is here")


def test_firefox_finds_a_room_is_reminded_of_one_and_forgets_others(fox: Firefox, stoa: Stoa) -> None:
    live = stoa.room("alice", "Foxgloves in bloom")
    later = stoa.room("alice", "Foxes at dusk", scheduled_for="2099-01-05T20:00:00Z")
    with crowd(stoa, live, ["dana"]):
        pass
    dana.sign_in(fox, stoa)
    fox.goto(f"{stoa.outside}/")
    fox.shows("Foxes at dusk")
    fox.shows("Foxgloves in bloom")
    fox.type("input[type=search]", f"gloves{ENTER}")
    fox.hides("Foxes at dusk")
    fox.shows("Foxgloves in bloom")
    fox.goto(f"{stoa.outside}/r/{later}")
    fox.click("Remind me")
    fox.shows("You will be reminded")

    for room in (live, later):
        stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/end/")
    fox.goto(f"{stoa.outside}/history/")
    fox.press(f"li:has(#past-{live}) summary")
    fox.press(f"li:has(#past-{live}) .danger")
    fox.hides("Foxgloves in bloom")
    if "No past rooms" not in fox.text():
        fox.press("main > .stack > details > summary")
        fox.click("Delete all past rooms")
    fox.shows("No past rooms")
