"""Day one: from an invite code to being heard, by finger and by keyboard alone."""

import time
from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import HUM, PHONE, Visitor
from tests.flows.door import PASSWORD
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
Figure = Callable[[str], None]
TYPING, TAPPING = 0.28, 1.1 + 1.35
"""Seconds a person takes for a letter, and to think of a tap and make it (Card, Moran and Newell, 1980)."""
FARTHEST = 60
"""Tabs until something must have had the focus."""


class Fingers:
    """A person's taps and letters, counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.count, self.letters = visitor, 0, 0

    def tap(self, words: str, role: str = "button") -> None:
        """Nothing: one tap on what is called `words`."""
        self.visitor.page.get_by_role(role, name=words, exact=True).click()  # type: ignore[arg-type]  # a str is a role
        self.count += 1

    def fill(self, label: str, text: str) -> None:
        """Nothing: `text` stands in the field, which had the focus already."""
        field = self.visitor.page.get_by_role("textbox", name=label)
        until(f"{label} has the focus", lambda: field.evaluate("field => field === document.activeElement"))
        self.visitor.page.keyboard.type(text)
        self.letters += len(text)

    def go(self, words: str) -> None:
        """Nothing: the button of a form."""
        self.tap(words)


class Keys(Fingers):
    """The same person without a finger: presses, counted."""

    def tap(self, words: str, role: str = "button") -> None:
        """Nothing: tabbed to what is called `words`, then Enter."""
        target = self.visitor.page.get_by_role(role, name=words, exact=True).first  # type: ignore[arg-type]  # as above
        target.wait_for()
        for _ in range(FARTHEST):
            if target.evaluate("element => element === document.activeElement"):
                break
            self.visitor.page.keyboard.press("Tab")
            self.count += 1
        else:
            pytest.fail(f"{words!r} cannot be reached by keyboard")
        self.visitor.page.keyboard.press("Enter")
        self.count += 1

    def go(self, words: str) -> None:
        """Nothing: Enter inside the field sends the form."""
        self.visitor.page.keyboard.press("Enter")
        self.count += 1


@pytest.mark.parametrize(("hands", "name"), [(Fingers, "Gus"), (Keys, "Hana")])
def test_from_a_code_to_being_heard(hands: type[Fingers], name: str, visit: Visit, stoa: Stoa, figure: Figure) -> None:
    title = f"{name} comes by"
    room = stoa.room("alice", title)
    alice = visit("alice")
    talk.enter(alice, room)
    link = stoa.manage("create_invite").strip()

    began = time.monotonic()
    guest = visit(viewport=PHONE)
    guest.name = name
    walk = hands(guest)
    guest.page.goto(link)
    onboard(walk, name)
    inside = time.monotonic() - began, walk.count
    walk.tap(title, "link")
    walk.tap("Listen")
    talk.connected(guest)
    listening = time.monotonic() - began, walk.count
    walk.tap("Raise hand")
    talk.invite(alice, guest)
    walk.tap("Accept")
    walk.tap("Use my microphone")
    walk.tap("Go on stage")
    alice.hears(HUM)
    heard = time.monotonic() - began, walk.count
    what = "taps" if hands is Fingers else "keys"
    for place, (seconds, count) in {"the hallway": inside, "listening": listening, "being heard": heard}.items():
        figure(f"from a code to {place}: {count} {what}, {seconds:.1f} s by machine")
    assert hands is Keys or (listening[1] <= 6 and heard[1] <= 10)


def test_a_first_walk_from_a_code_to_hearing_takes_a_minute_and_six_taps_at_most(
    visit: Visit, stoa: Stoa, figure: Figure
) -> None:
    room = stoa.room("alice", "First steps")
    alice = visit("alice")
    talk.enter(alice, room)
    talk.speak_up(alice)
    link = stoa.manage("create_invite").strip()

    began = time.monotonic()
    guest = visit(viewport=PHONE)
    walk = Fingers(guest)
    guest.page.goto(link)
    onboard(walk, "Ida")
    walk.tap("First steps", "link")
    walk.tap("Listen")
    guest.hears(HUM)
    machine = time.monotonic() - began
    person = machine + walk.letters * TYPING + walk.count * TAPPING
    figure(
        f"from a code to hearing a speaker: {walk.count} taps and {walk.letters} letters, {machine:.1f} s by machine, "
        f"{person:.0f} s as a person's hands go, reading aside"
    )
    assert walk.count <= 6
    assert person <= 60


def test_back_a_pasted_link_and_a_microphone_tried_on_the_way_in(visit: Visit, stoa: Stoa) -> None:
    link = stoa.manage("create_invite").strip()
    guest = visit(viewport=PHONE)
    page, walk = guest.page, Fingers(guest)
    page.goto("/join/")
    paste(guest, "Invite code", f" {link}\n")
    walk.go("Continue")
    walk.fill("What should people call you?", "Jules")
    walk.go("Continue")
    walk.fill("Choose a password", PASSWORD)
    walk.go("Continue")
    page.get_by_role("heading", name="What applies here").wait_for()
    page.go_back()
    page.get_by_text("You have chosen a password").wait_for()
    walk.tap("Back", "link")
    assert page.get_by_role("textbox", name="What should people call you?").input_value() == "Jules"
    walk.tap("Back", "link")
    for _ in ("the code", "the password"):
        walk.tap("Continue", "link")
        if page.url.endswith("/name/"):
            walk.go("Continue")
    walk.tap("I accept this, let me in")
    page.get_by_role("heading", name="Do you hear this?").wait_for()
    walk.tap("Back", "link")
    page.get_by_text("You have accepted this").wait_for()
    walk.tap("Continue", "link")
    page.get_by_role("heading", name="Do you hear this?").wait_for()
    walk.tap("Try my microphone")
    page.get_by_text("We hear you well. You are ready to speak.").wait_for()


def test_a_room_by_single_keys(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Keys and voices")
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    keys = bob.page.keyboard
    keys.press("h")
    talk.dock(bob, "Lower hand").wait_for()
    talk.invite(alice, bob)
    talk.go_live(bob)
    alice.hears(HUM)
    keys.press("m")
    alice.silence_falls()
    keys.down("Space")
    alice.hears(HUM)
    keys.up("Space")
    alice.silence_falls()
    keys.press("l")
    bob.page.get_by_role("heading", name="You left quietly").wait_for()
    alice.page.get_by_role("button", name="Bob, on stage").wait_for(state="detached")


def paste(visitor: Visitor, label: str, text: str) -> None:
    """Nothing: the text stands in the field as a browser puts it there from the clipboard."""
    visitor.page.get_by_role("textbox", name=label).evaluate(
        "(field, text) => { field.focus(); document.execCommand('insertText', false, text); }", text
    )


def onboard(walk: Fingers, name: str) -> None:
    """Nothing: through every screen of onboarding, into the hallway."""
    walk.fill("What should people call you?", name)
    walk.go("Continue")
    walk.fill("Choose a password", PASSWORD)
    walk.go("Continue")
    walk.tap("I accept this, let me in")
    walk.tap("I am ready", "link")
    walk.visitor.page.get_by_role("heading", name="Hallway").wait_for()
