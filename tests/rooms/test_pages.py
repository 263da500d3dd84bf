"""Every page and state of rooms in a real browser: nothing for axe to find, nothing wider than the window.

The pages are the server's own; only the room's socket is played by the test, so that each state comes at will.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, ViewportSize, WebSocketRoute, sync_playwright

from accounts.models import User
from rooms.models import Room
from rooms.protocol import Event, member_view, snapshot
from rooms.roles import Rank, Stage
from tests.flows.axe import RULES, RUN
from tests.flows.chromium import BINARY
from tests.rooms.scenes import a_room

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
NARROW, PHONE = ViewportSize(width=320, height=640), ViewportSize(width=390, height=844)


def person(
    number: int, name: str, rank: Rank = Rank.MEMBER, stage: Stage = Stage.SPEAKING, *, muted: bool = False
) -> Event:
    hand = number if stage == Stage.HAND_UP else None
    return member_view(number, f"{number:x}" * 16, name, "", False, rank, stage, muted, hand)


ALICE = person(1, "Alice", Rank.HOST, muted=True)
LISTENER = person(9, "Carol", stage=Stage.AUDIENCE)
PEOPLE = [
    ALICE,
    person(2, "Bob"),
    person(3, "陈伟", Rank.MODERATOR, muted=True),
    person(4, "Maximiliana von Hohenzollern"),
    person(5, "Dana", stage=Stage.HAND_UP),
    person(6, "Femi", stage=Stage.INVITED),
]


class Scene:
    """A page in a room whose server is this test."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.socket: WebSocketRoute | None = None

    def open(self, path: str, *taps: str) -> None:
        self.page.goto(self.url + path)
        for tap in taps:
            self.page.click(tap)

    def join(self, room: str, you: Event) -> None:
        view = {
            "id": room,
            "title": "Slow Sunday",
            "topic": "",
            "language": "",
            "access": "open",
            "state": "live",
            "locked": True,
        }
        welcome = {
            "type": "welcome",
            "v": 1,
            "you": you,
            "observes": False,
            "snapshot": snapshot(7, view, PEOPLE, 128),
            "ice": [],
            "connection": "c",
        }

        def answer(socket: WebSocketRoute) -> None:
            self.socket = socket
            socket.on_message(lambda _: None)
            self.say(welcome)

        self.page.route_web_socket("**/ws/rooms/**", answer)
        audience = {"results": [person(20 + i, f"Guest {i}", stage=Stage.AUDIENCE) for i in range(12)], "next": None}
        self.page.route("**/members/**", lambda route: route.fulfill(json=audience))
        self.page.route("**/invites/", lambda route: route.fulfill(json={"results": []}))
        self.open(f"/r/{room}")
        self.page.click("#join")
        self.page.wait_for_selector("#audience .person")

    def say(self, event: Mapping[str, object]) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps(event))


def invited(scene: Scene, room: str) -> None:
    scene.join(room, LISTENER)
    scene.say({"type": "member", "seq": 8, "member": {**LISTENER, "stage": "invited"}})
    scene.page.click("#banners .primary")


def without_microphone(scene: Scene, room: str) -> None:
    invited(scene, room)
    scene.page.click("#sheet .primary")
    scene.page.wait_for_selector("#sheet [role=alert]")


def removed(scene: Scene, room: str) -> None:
    scene.join(room, LISTENER)
    scene.say({"type": "removed", "reason": "removed", "by_moderator": True, "text": ""})
    scene.page.wait_for_selector("#screen h1")


def tapped(you: Event, *taps: str) -> Callable[[Scene, str], None]:
    def play(scene: Scene, room: str) -> None:
        scene.join(room, you)
        for tap in taps:
            scene.page.click(tap)

    return play


STATES: Mapping[str, Callable[[Scene, str], None]] = MappingProxyType({
    "hallway": lambda scene, _: scene.open("/"),
    "menu": lambda scene, _: scene.open("/", "[popovertarget]"),
    "new room": lambda scene, _: scene.open("/new/", "[value=later]"),
    "not found": lambda scene, _: scene.open("/r/aaaaaaaaaaaa"),
    "before joining": lambda scene, room: scene.open(f"/r/{room}"),
    "listener": tapped(LISTENER),
    "host": tapped(ALICE),
    "a person": tapped(ALICE, "#stage li:nth-child(3) button"),
    "a listener's sheet": tapped(ALICE, "#audience li:nth-child(3) button"),
    "are you sure": tapped(ALICE, "#audience li:nth-child(3) button", "#sheet .danger >> nth=0"),
    "room sheet": tapped(ALICE, "#dock-more"),
    "inviting": tapped(ALICE, "#dock-more", "#sheet .menu-item >> nth=1"),
    "why a microphone": invited,
    "no microphone": without_microphone,
    "removed": removed,
    "left": tapped(LISTENER, "#dock-leave"),
})  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread, and does not mind
        yield playwright.chromium.launch(executable_path=BINARY, args=["--no-sandbox"])


@pytest.fixture
def room(alice: User) -> Room:
    return a_room(alice)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(browser: Browser, live_server: Any, room: Room, carol: User, state: str) -> None:
    with a_page(browser, live_server.url, carol, viewport=PHONE, bypass_csp=True) as page:
        STATES[state](Scene(page, live_server.url), room.pk)
        page.add_script_tag(path=AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = page.evaluate(RUN, ["html", RULES])
            assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == [], scheme


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_wider_than_a_narrow_window(
    browser: Browser, live_server: Any, room: Room, carol: User, state: str
) -> None:
    with a_page(browser, live_server.url, carol, viewport=NARROW, locale="zh-Hans") as page:
        STATES[state](Scene(page, live_server.url), room.pk)
        assert page.evaluate("document.documentElement.lang") == "zh-hans"
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_mark_of_a_raised_hand_keeps_off_the_heading_above_it(
    browser: Browser, live_server: Any, room: Room, carol: User
) -> None:
    with a_page(browser, live_server.url, carol, viewport=PHONE) as page:
        Scene(page, live_server.url).join(room.pk, LISTENER)
        heading, mark = (
            page.locator("#hands-heading .grow").bounding_box(),
            page.locator("#hands .badge").first.bounding_box(),
        )
        assert heading
        assert mark
        assert mark["y"] - heading["y"] - heading["height"] >= 8


@contextmanager
def a_page(browser: Browser, url: str, user: User, **context: Any) -> Iterator[Page]:
    pages = browser.new_context(reduced_motion="reduce", **context)
    pages.add_cookies([session_of(user, url)])
    yield pages.new_page()
    pages.close()


def session_of(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }
