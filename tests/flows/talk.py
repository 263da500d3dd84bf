"""What people do in a room, found by what they see: roles and names, never classes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator

from tests.flows import chromium
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa, until

LISTED = "#known button:visible, #audience button:visible"
"""Whoever listens: those one knows, from whatever room before, come first, in a list of their own."""


def enter(visitor: Visitor, room: str) -> None:
    """Nothing: the visitor tapped to listen and is connected."""
    visitor.page.goto(f"/r/{room}")
    visitor.press(visitor.page.locator("#join"))  # its words tell a host from a listener
    connected(visitor)


def connected(visitor: Visitor) -> None:
    """Nothing, as soon as exactly one media connection is up."""
    until(f"{visitor.name} has one connection", lambda: visitor.packets()["connections"] == 1)


def dock(visitor: Visitor, words: str) -> Locator:
    """The one thing to do next, while it is called `words`."""
    return visitor.page.get_by_role("toolbar").get_by_role("button", name=words)


def sheet(visitor: Visitor, words: str) -> Locator:
    """The button of the open sheet whose label begins with `words`."""
    return visitor.page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{words}"))


def toast(visitor: Visitor, words: str) -> Locator:
    """The toast that says so."""
    return visitor.page.locator("stoa-toast", has_text=words)


def take_back(visitor: Visitor, words: str) -> None:
    """Nothing: what the toast tells of is undone."""
    visitor.press(toast(visitor, words).get_by_role("button", name="Undo"))


def raise_hand(visitor: Visitor) -> None:
    """Nothing: the hand is up."""
    visitor.press(dock(visitor, "Raise hand"))
    dock(visitor, "Lower hand").wait_for()


def invite(host: Visitor, guest: Visitor) -> None:
    """Nothing: the guest, whose hand is up, is invited to the stage and has seen it."""
    host.press(host.page.get_by_role("button", name=f"Invite {guest.name} to speak"))
    guest.page.get_by_role("button", name="Accept", exact=True).wait_for()


def open_microphone(visitor: Visitor) -> None:
    """Nothing: the sheet about the microphone has it open; its last button is still to be tapped."""
    visitor.press(sheet(visitor, "Use my microphone"))
    visitor.page.get_by_role("meter").wait_for()


def go_live(visitor: Visitor) -> None:
    """Nothing: from the invitation through the microphone's sheet onto the stage, live."""
    visitor.press(visitor.page.get_by_role("button", name="Accept", exact=True))
    open_microphone(visitor)
    visitor.press(sheet(visitor, "Go on stage").first)
    dock(visitor, "You are heard").wait_for()


def hosted(visit: Callable[..., Visitor], stoa: Stoa, title: str, **fields: object) -> tuple[str, Visitor]:
    """A room of this title, and alice, who hosts it and is there."""
    room, alice = stoa.room("alice", title, **fields), visit("alice")
    enter(alice, room)
    return room, alice


def spoken_in(visit: Callable[..., Visitor], stoa: Stoa, title: str) -> tuple[str, Visitor]:
    """A room of this title, and alice, who hosts it and speaks."""
    room, alice = hosted(visit, stoa, title)
    speak_up(alice)
    return room, alice


def speak_up(host: Visitor) -> None:
    """Nothing: the host, who is on stage but muted at first, is heard."""
    host.press(dock(host, "Turn mic on"))
    open_microphone(host)
    host.press(sheet(host, "Unmute"))
    dock(host, "You are heard").wait_for()


def bring_on_stage(host: Visitor, guest: Visitor) -> None:
    """Nothing: the guest raised a hand, was invited, accepted and is heard."""
    raise_hand(guest)
    invite(host, guest)
    go_live(guest)


@contextmanager
def busy(browser: Browser, stoa: Stoa, *listening: str) -> Iterator[tuple[str, Visitor]]:
    """Meanwhile a room with bob on stage, carol's hand up and these listening; and alice, who hosts it."""
    room = stoa.room("alice", "Slow Sunday", topic="Reading together")
    people = {name: chromium.visit(browser, stoa, name) for name in ("alice", "bob", "carol", *listening)}
    for visitor in people.values():
        enter(visitor, room)
    bring_on_stage(people["alice"], people["bob"])
    raise_hand(people["carol"])
    yield room, people["alice"]
    for visitor in people.values():
        visitor.page.context.close()


def decide(host: Visitor, guest: Visitor | str, words: str, *, sure: bool = False) -> None:
    """Nothing: the host made the move called `words` on the sheet of a guest, or one of this name, and was `sure`."""
    name = guest if isinstance(guest, str) else guest.name
    host.press(host.page.get_by_role("button", name=re.compile(f"^{name}")).first)
    host.press(sheet(host, words))
    if sure:
        host.press(sheet(host, words))
