"""What the flows share: one running Stoa, one Chromium for each module, and the figures they measured."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.flows import chromium, people, stack, talk
from tests.flows.axe import LOOKS
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa

CAST = ("alice", "bob", "carol", "dana", "erin", "mallory", "mallet", "knox", "stella")


@pytest.fixture(scope="session")
def stoa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa on free ports, with its own data folder, and everybody signed in."""
    with stack.running(tmp_path_factory.mktemp("stoa")) as running:
        running.sign_in(*CAST)
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver. Not for the whole session: its loop must not run under other people's async tests."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that Chromium's microphone plays."""
    return chromium.hum(tmp_path_factory.mktemp("sound") / "hum.wav")


@pytest.fixture(scope="module")
def browser(playwright: Playwright, microphone: Path) -> Iterator[Browser]:
    """A Chromium whose microphone hums."""
    running = chromium.launch(playwright, microphone)
    yield running
    running.close()


@pytest.fixture
def room(stoa: Stoa) -> str:
    """A room that alice hosts."""
    return stoa.room("alice", "Slow Sunday")


@pytest.fixture
def hallway(stoa: Stoa) -> Iterator[None]:
    """An empty one, before and after."""
    stoa.manage("shell", "--command", people.EMPTY)
    yield
    stoa.manage("shell", "--command", people.EMPTY)


@pytest.fixture(scope="module")
def busy(browser: Browser, stoa: Stoa) -> Iterator[tuple[str, Visitor]]:
    """A room with alice as host, bob on stage, carol's hand up and dana listening; and alice herself."""
    stoa.ask("alice", "POST", "/api/v1/rooms/", {"title": "Jazz", "access": "invite"})
    later = {"title": "Questions", "access": "open", "scheduled_for": "2099-01-05T20:00:00Z"}
    stoa.ask("alice", "POST", "/api/v1/rooms/", later)
    with talk.busy(browser, stoa, "dana") as room:
        yield room


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A language and a size."""
    return LOOKS[request.param]


@pytest.fixture
def phone(playwright: Playwright) -> dict[str, Any]:
    """What makes a visitor's browser a phone: its size, its name, and fingers instead of a mouse."""
    device = dict(playwright.devices["Pixel 7"])
    del device["default_browser_type"]
    return device


@pytest.fixture(params=["desktop", "phone"])
def hand(request: pytest.FixtureRequest, phone: dict[str, Any]) -> dict[str, Any]:
    """What makes a visitor's browser a desktop's, with a mouse, and then a phone's, with a finger."""
    return {**phone, "viewport": chromium.PHONE} if request.param == "phone" else {}


@pytest.fixture
def visit(browser: Browser, stoa: Stoa) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser profile for a person; at the end nobody's page may have complained."""
    visitors: list[Visitor] = []

    def arrive(name: str = "", **options: Any) -> Visitor:
        visitors.append(chromium.visit(options.pop("browser", browser), stoa, name, **options))
        return visitors[-1]

    yield arrive
    complaints = [f"{visitor.name}: {complaint}" for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes a measured figure, for the end of the run."""
    return lambda told: request.node.user_properties.append(("figure", told))
