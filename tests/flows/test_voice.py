"""Who is heard, and when: three people in real browsers, and a client that does not ask."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
FORGE = Path(__file__).with_name("forge.js")


def test_bob_is_heard_exactly_while_he_may_speak(visit: Visit, room: str) -> None:
    alice, bob, carol = visit("alice"), visit("bob"), visit("carol")
    for visitor in (alice, bob, carol):
        talk.enter(visitor, room)
    carol.hears_nothing()

    talk.raise_hand(bob)
    talk.invite(alice, bob)
    carol.hears_nothing()  # invited is not yet speaking
    talk.go_live(bob)
    carol.hears(HUM)
    alice.hears(HUM)
    bob.hears_nothing()  # nobody hears themselves

    talk.dock(bob, "Mute").click()
    carol.silence_falls()
    carol.hears_nothing()
    talk.dock(bob, "Unmute").click()
    carol.hears(HUM)

    talk.decide(alice, bob, "Mute")
    bob.page.get_by_text("The host or a moderator muted you").first.wait_for()
    carol.silence_falls()
    carol.hears_nothing()
    talk.dock(bob, "Unmute").click()
    carol.hears(HUM)

    talk.decide(alice, bob, "Move to the audience")
    talk.dock(bob, "Raise hand").wait_for()
    carol.silence_falls()
    carol.hears_nothing()

    talk.bring_on_stage(alice, bob)
    carol.hears(HUM)
    talk.decide(alice, bob, "Remove from the room", sure=True)
    bob.page.get_by_role("heading", name="You were removed from this room").wait_for()
    carol.silence_falls()
    carol.hears_nothing()


def test_a_client_that_sends_without_the_right_is_never_heard(visit: Visit, room: str) -> None:
    alice, carol, mallory = visit("alice"), visit("carol"), visit("mallory")
    for visitor in (alice, carol):
        talk.enter(visitor, room)
    mallory.page.goto("/privacy/")
    mallory.page.evaluate(FORGE.read_text(encoding="utf-8"))
    mallory.page.evaluate("room => forge.join(room)", room)

    sends_unheard(mallory, carol)
    mallory.page.evaluate("forge.move('raise_hand')")
    sends_unheard(mallory, carol)
    assert mallory.page.evaluate("forge.move('accept')")["type"] == "error"
    alice.page.get_by_role("button", name="Invite Mallory to speak").click()
    until("mallory may accept", lambda: mallory.page.evaluate("forge.move('accept')")["type"] == "ok")
    carol.hears(HUM)  # so the silence before was the server's doing

    talk.decide(alice, mallory, "Mute")
    carol.silence_falls()
    sends_unheard(mallory, carol)
    talk.decide(alice, mallory, "Move to the audience")
    sends_unheard(mallory, carol)
    talk.decide(alice, mallory, "Remove from the room", sure=True)
    carol.hears_nothing()


def sends_unheard(sender: Visitor, listener: Visitor) -> None:
    """Nothing, if the sender's packets leave the browser and none of them reaches the listener."""
    before = sender.packets()["sent"]
    listener.hears_nothing()
    assert sender.packets()["sent"] > before + 20
