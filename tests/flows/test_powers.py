"""The levers in a real browser: femi suspends the whole server in good order, opens it again, locks and ends a room."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows import chromium, stack, talk
from tests.flows.chromium import Visitor
from tests.flows.desk import SIT_DOWN
from tests.flows.firefox import dana, launch
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(120)]
WORDS = "We close for a week: somebody raids us."
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
def carol(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Carol, who is to come when it is too late."""
    with visiting(browser, own, "carol") as visitor:
        yield visitor


@pytest.fixture
def fox(own: Stoa, tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox, in which bob is to listen."""
    with launch.running(tmp_path, own) as running:
        dana.sign_in(running, own, "bob")
        yield running


def act(page: Page, room: str, button: str, words: str = "") -> None:
    """Nothing: what the button says was done to the room."""
    page.goto(f"/console/powers/?room={room}")
    item = page.locator(f"#room-{room}")
    item.get_by_label("What people read").fill(words)
    item.get_by_role("button", name=button, exact=True).click()
    page.get_by_text("Done:").wait_for()


def end(page: Page, room: str, facts: str) -> None:
    """Nothing: the room is over, for these reasons."""
    page.goto(f"/console/powers/?room={room}")
    item = page.locator(f"#room-{room}")
    item.get_by_label("Policy").select_option("spam")
    item.get_by_label("What happened").fill(facts)
    item.get_by_role("button", name="End the room", exact=True).click()
    page.get_by_text("The room is over.").wait_for()


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
