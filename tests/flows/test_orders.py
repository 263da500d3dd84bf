"""What the moderation of the whole server does, as those feel it whom it concerns: at once, and with its reasons."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.alone]
Visit = Callable[..., Visitor]
SECOND = 1000
"""Milliseconds from the commit to silence, and to the end of a room, for everybody."""
DO = """
import time
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from accounts.actions import standing
from accounts.models import User
from moderation.actions import decisions
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.policies import Policy
from rooms import protocol
from rooms.actions import orders

how = {"by": None, "now": timezone.now(), "source": Source.internal("command")}
with transaction.atomic():
    %s
    at = time.time()
print(at * 1000)
"""
"""Run by `manage.py shell`: prints when, in milliseconds, it was about to commit."""
SUSPEND = """bob = User.objects.get(username="bob")
    list(standing.held([bob]))
    orders.put_out(bob, notice=protocol.measure("suspend", "You read out a telephone number.", 7), **how)
    standing.suspend(bob, how["now"] + timedelta(days=7), **how)"""
RESTORE = 'standing.restore(User.objects.get(username="bob"), by=None, source=how["source"])'
END = """verdict = decisions.Verdict(Measure.END_ROOM, Policy.SPAM, "This is a raid.")
    decisions.decide_at_once(%r, verdict, **how | {"by": User.objects.get(username="erin")})"""
WATCH = """() => {
  const timer = setInterval(() => {
    if (document.body.dataset.view !== "screen") return;
    clearInterval(timer);
    window.ended = Date.now();
  }, 5);
}"""
"""Notes when the page has come to its last screen."""


def do(stoa: Stoa, act: str) -> float:
    """When it was done."""
    return float(stoa.manage("shell", "--verbosity", "0", "--command", DO % act))


@pytest.fixture
def restored(stoa: Stoa) -> object:
    """Bob takes part again, whatever happens."""
    yield
    do(stoa, RESTORE)


@pytest.mark.usefixtures("restored")
def test_a_suspended_speaker_is_silent_within_a_second_and_reads_why(
    visit: Visit, stoa: Stoa, figure: Callable[[str], None]
) -> None:
    room = stoa.room("alice", "Slow Sunday")
    alice, bob = visit("alice"), visit("bob")
    for visitor in (alice, bob):
        talk.enter(visitor, room)
    talk.bring_on_stage(alice, bob)
    alice.hears(HUM)
    bob.page.evaluate(WATCH)
    at = do(stoa, SUSPEND)
    alice.silence_falls()
    silent = alice.page.evaluate("ears.ended") - at
    seen = bob.page.evaluate("window.ended") - at
    figure(f"suspension to silence: {silent:.0f} ms, to the page: {seen:.0f} ms")
    assert silent < SECOND
    expect(bob.page.get_by_role("heading", name="Your account is suspended")).to_be_focused()
    expect(
        bob.page.get_by_text("You cannot take part for now. You read out a telephone number.", exact=True)
    ).to_be_visible()
    appeal = bob.page.get_by_role("link", name="Read the reasons, or appeal")
    expect(appeal).to_have_attribute("href", "/privacy/decisions/7/")
    alice.hears_nothing()

    bob.page.goto(f"/r/{room}")
    expect(bob.page.get_by_role("heading", name="Your account is suspended")).to_be_visible()
    bob.page.get_by_role("link", name="What applies here").first.click()
    expect(bob.page.get_by_role("heading", name="What applies here")).to_be_visible()
    bob.forgive("403")


def test_a_room_is_over_for_everybody_within_a_second_and_says_why_to_its_host(
    visit: Visit, stoa: Stoa, figure: Callable[[str], None]
) -> None:
    room = stoa.room("alice", "Slow Sunday")
    everybody = [visit(name) for name in ("alice", "carol", "dana")]
    for visitor in everybody:
        talk.enter(visitor, room)
    talk.speak_up(everybody[0])
    for listener in everybody[1:]:
        listener.hears(HUM)
    for visitor in everybody:
        visitor.page.evaluate(WATCH)
    at = do(stoa, END % room)
    for visitor in everybody:
        expect(visitor.page.get_by_role("heading", name="This room has ended")).to_be_focused()
    said = "A moderator of this server ended it."
    why = f"{said} Spam or advertising. This is a raid."
    for visitor, words in zip(everybody, (why, said, said), strict=True):
        expect(visitor.page.get_by_text(words, exact=True)).to_be_visible()
    ended = [visitor.page.evaluate("window.ended") - at for visitor in everybody]
    figure(f"end of a room to its last screen: {max(ended):.0f} ms")
    assert max(ended) < SECOND
    for visitor in everybody:
        assert visitor.packets()["connections"] == 0
