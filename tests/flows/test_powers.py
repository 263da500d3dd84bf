"""The levers in a real browser: femi suspends the server in good order, opens it again, and has power over a room."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows import chromium, door, stack, talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.desk import SIT_DOWN
from tests.flows.firefox import dana, launch
from tests.flows.firefox.driver import Firefox
from tests.flows.levers import act, end, lift, logged, pull
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
WORDS = "We close for a week: somebody raids us."
CALM = "Five minutes of calm, please."
ENDED_WITHIN = 3000
"""Milliseconds, on a busy machine, from the moderator's click until a room is silent and over for who listens."""
WATCH = """() => {
  const look = () => {
    if (ears.hear().some(({ level }) => level > -60)) window.heard = ears.now();
    if (document.body.dataset.view === "screen") window.over ??= ears.now();
  };
  setInterval(look, 10);
}"""
"""Notes when the page last heard something, and when it came to its last screen."""
SOONER = """
from datetime import timedelta
from accounts.models import Switch

switch = Switch.objects.get()
switch.ends_at -= timedelta(minutes=2)
switch.save()
"""
"""Run by `manage.py shell`: the minute of the live rooms is over, and the half one until the log is out."""
TAKE_OUT = "from moderation.tasks import keep_log; keep_log()"
"""Run by `manage.py shell`: what the clock has a worker do every half minute."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa that may be suspended, in which femi is a senior moderator."""
    with stack.running(tmp_path_factory.mktemp("powers")) as running:
        keys = running.sign_in("alice", "bob", "carol", "femi")
        running.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % {"roles": {"femi": "senior"}, "keys": keys})
        yield running


@contextmanager
def visiting(browser: Browser, own: Stoa, name: str) -> Iterator[Visitor]:
    """Meanwhile this person sits at a Chromium; in the end it may not have complained."""
    visitor = chromium.visit(browser, own, name)
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


@pytest.fixture
def femi(browser: Browser, own: Stoa) -> Iterator[Page]:
    """Her page."""
    with visiting(browser, own, "femi") as visitor:
        yield visitor.page


@pytest.fixture
def alice(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Alice, who is to host a room."""
    with visiting(browser, own, "alice") as visitor:
        yield visitor


@pytest.fixture
def bob(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Bob, who is to come later."""
    with visiting(browser, own, "bob") as visitor:
        yield visitor


@pytest.fixture
def carol(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Carol, who is to listen, or to come when it is too late."""
    with visiting(browser, own, "carol") as visitor:
        yield visitor


@pytest.fixture
def erin(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Erin, who has no account yet."""
    with visiting(browser, own, "") as visitor:
        yield visitor


@pytest.fixture
def fox(own: Stoa, tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox, in which bob is to listen."""
    with launch.running(tmp_path, own) as running:
        dana.sign_in(running, own, "bob")
        yield running


def test_the_whole_server_is_suspended_in_good_order_and_opens_again(
    own: Stoa, femi: Page, alice: Visitor, carol: Visitor, fox: Firefox, tmp_path: Path
) -> None:
    room = own.room("alice", "Slow Sunday")
    talk.enter(alice, room)
    dana.come_by(fox, own, room)
    femi.goto("/console/powers/")
    lever = femi.locator("#server")
    lever.locator("summary").click()
    lever.get_by_label("Reason").select_option("raid")
    lever.get_by_label("What people read").fill(WORDS)
    lever.get_by_label("I am sure").check()
    lever.get_by_role("button").click()
    lever.get_by_text("In force").wait_for()
    expect(alice.page.get_by_text(WORDS).first).to_be_visible()
    fox.shows(WORDS)
    finds_it_closed(carol, room)
    dana.come_by(fox, own, room)
    fox.shows("This server is closed for now")
    jazz = {"title": "Jazz", "access": "open"}
    assert own.ask("bob", "POST", "/api/v1/rooms/", jazz)[0] == 503
    assert own.ask("bob", "GET", f"/api/v1/rooms/{room}/")[0] == 200

    own.manage("shell", "--verbosity", "0", "--command", SOONER)
    expect(alice.page.get_by_role("heading", name="This room has ended")).to_be_visible(timeout=15_000)
    expect(alice.page.get_by_text(WORDS).first).to_be_visible()
    fox.goto(f"{own.outside}/")
    fox.shows(WORDS)
    own.manage("shell", "--verbosity", "0", "--command", TAKE_OUT)
    (bundle,) = (own.folder / "data" / "exports").glob("stoa-*.zip")
    femi.reload()
    expect(lever).to_contain_text(f"exports/{bundle.name}")
    told = entries(bundle, tmp_path)
    assert b"power.server" in told
    assert b"alice" not in told

    lever.get_by_role("button", name="Lift it").click()
    lever.get_by_text("Off", exact=True).wait_for()
    assert own.ask("bob", "POST", "/api/v1/rooms/", jazz)[0] == 201


def test_once_it_is_open_again_a_room_is_locked_and_then_ended(own: Stoa, femi: Page, alice: Visitor) -> None:
    room = own.room("alice", "Fast Monday")
    talk.enter(alice, room)
    act(femi, room, "Lock")
    expect(femi.locator(f"#room-{room} .pill")).to_have_text("Locked")
    end(femi, room, "This is a raid.")
    expect(alice.page.get_by_role("heading", name="This room has ended")).to_be_visible()
    expect(alice.page.locator("main")).to_contain_text("This is a raid.")


def finds_it_closed(visitor: Visitor, room: str) -> None:
    """Nothing: a room that still goes on takes nobody in, and the hallway and the form for a new one say why."""
    page = visitor.page
    page.goto(f"/r/{room}")
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("heading", name="This server is closed for now")).to_be_visible()
    for path in ("/", "/new/"):
        page.goto(path)
        expect(page.get_by_role("status").filter(has_text="no room opens")).to_contain_text(WORDS)


def entries(bundle: Path, folder: Path) -> bytes:
    """The log's lines in the bundle, which verifies with plain Python."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extract("verify.py", folder)
        lines = archive.read("entries.jsonl")
    command = [sys.executable, "-I", "-S", "verify.py", str(bundle)]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:4]) == (0, "yes:"), done.stdout + done.stderr
    return lines


def test_each_power_over_a_live_room_is_felt_by_who_speaks_listens_and_comes_and_is_let_go_again(
    own: Stoa, femi: Page, alice: Visitor, bob: Visitor, carol: Visitor, erin: Visitor, figure: Callable[[str], None]
) -> None:
    room = own.room("alice", "Loud Tuesday")
    for visitor in (alice, carol):
        talk.enter(visitor, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    joins_are_braked(femi, alice, bob, carol, room)
    everybody_is_muted(femi, alice, bob, carol, room)
    the_room_is_slow(femi, alice, bob, carol, room)
    invites_are_frozen(femi, bob, erin, own.manage("create_invite").strip())
    carol.hears(HUM)
    carol.page.evaluate(WATCH)
    at = end(femi, room, "This is a raid.")
    logged(femi, "power.end_room")
    expect(carol.page.get_by_role("heading", name="This room has ended")).to_be_focused()
    stack.until("the page has noted it", lambda: carol.page.evaluate("window.over"))
    silent, over = (carol.page.evaluate(f"window.{name}") - at for name in ("heard", "over"))
    figure(
        f"end of a room, from the moderator's click at a listener: {silent:.0f} ms to silence, {over:.0f} to its screen"
    )
    assert 0 < silent < ENDED_WITHIN
    assert 0 < over < ENDED_WITHIN
    carol.hears_nothing(200)


def joins_are_braked(femi: Page, alice: Visitor, bob: Visitor, carol: Visitor, room: str) -> None:
    """Nothing: bob did not come in, and read why; nobody who was there felt it; then he came in."""
    pull(femi, "joins", CALM, most=0)
    logged(femi, "power.joins")
    bob.page.goto(f"/r/{room}")
    expect(bob.page.get_by_role("status").filter(has_text=CALM)).to_be_visible()
    bob.page.locator("#join").click()
    expect(bob.page.get_by_role("heading", name="Too many people at once")).to_be_focused()
    carol.hears(HUM)
    talk.dock(alice, "You are heard").wait_for()
    lift(femi, "joins")
    logged(femi, "power.joins")
    bob.page.get_by_role("button", name="Try again").click()
    talk.connected(bob)
    bob.hears(HUM)


def everybody_is_muted(femi: Page, alice: Visitor, bob: Visitor, carol: Visitor, room: str) -> None:
    """Nothing: alice was silent to carol and to bob, who came anew, and read why; then she unmuted herself."""
    act(femi, room, "Mute everybody", CALM)
    logged(femi, "power.mute_all")
    carol.silence_falls()
    done = "A moderator of this server muted everybody. You can unmute yourself when it is your turn."
    expect(alice.page.locator("#banners")).to_contain_text(f"{done} {CALM}")
    talk.enter(bob, room)
    for listener in (bob, carol):
        listener.hears_nothing(500)
    talk.dock(alice, "You are muted").click()
    for listener in (bob, carol):
        listener.hears(HUM)


def the_room_is_slow(femi: Page, alice: Visitor, bob: Visitor, carol: Visitor, room: str) -> None:
    """Nothing: all read so, bob who came anew too, and carol raised one hand only; then she raised another."""
    act(femi, room, "Set slow mode", CALM, slow=300)
    logged(femi, "power.slow")
    talk.enter(bob, room)
    done = f"A moderator of this server changed the slow mode of this room. {CALM}"
    for visitor in (alice, carol):
        expect(visitor.page.locator("#banners")).to_contain_text(done)
    for visitor in (alice, bob, carol):
        expect(visitor.page.get_by_text("Slow mode: 300 s", exact=True)).to_be_visible()
    talk.raise_hand(carol)
    talk.dock(carol, "Lower hand").click()
    talk.dock(carol, "Raise hand").click()
    expect(carol.page.get_by_role("status").filter(has_text="Wait before you raise a hand again.")).to_be_visible()
    talk.dock(carol, "Raise hand").wait_for()
    act(femi, room, "Set slow mode", "Go on.")
    logged(femi, "power.slow")
    expect(carol.page.get_by_text("Slow mode: 300 s", exact=True)).to_be_hidden()
    talk.raise_hand(carol)


def invites_are_frozen(femi: Page, bob: Visitor, erin: Visitor, code: str) -> None:
    """Nothing: a good code let erin in not at all, and bob could make none; then it let her in."""
    pull(femi, "invites", CALM)
    logged(femi, "power.invites")
    erin.page.goto(code)
    expect(erin.page.locator("main")).to_contain_text(f"Your code stays good: please try again later. {CALM}")
    erin.forgive("404")  # as for any code that does not open the door
    bob.page.goto("/invites/")
    expect(bob.page.get_by_role("status").filter(has_text="no codes are made")).to_contain_text(CALM)
    expect(bob.page.get_by_role("button", name="Make a code")).to_be_hidden()
    lift(femi, "invites")
    logged(femi, "power.invites")
    erin.page.goto(code)
    door.answer(erin.page, "Erin")
