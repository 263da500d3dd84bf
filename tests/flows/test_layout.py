"""Every page in a small window, and in a language that reads from the right: nothing is wide, nothing is covered."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.flows import chromium, stack, talk
from tests.flows.chromium import DESKTOP, PHONE, Visitor
from tests.flows.crowd import Crowd, crowd
from tests.flows.door import PASSWORD
from tests.flows.mirror import misplaced, unmirrored
from tests.flows.small import SIZES, looked_over
from tests.flows.stack import Stoa
from tests.flows.test_axe_room import ROOM_SHEETS, sheets

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
STAFF = "from accounts.models import User; User.objects.filter(username='alice').update(is_staff=True)"
PAGES = (
    *("/", "/new/", "/me/", "/invites/", "/history/", "/join/sound/"),
    *(
        "/privacy/",
        "/privacy/data/",
        "/privacy/end/",
        "/privacy/decisions/",
        "/privacy/reports/",
        "/rules/",
        "/report/",
        "/transparency/",
    ),
)
STYLEGUIDE = "/styleguide/"
"""For staff alone, which alice is."""
ANSWERS = {"display_name": "Robin", "password": PASSWORD}
"""Field and answer of the screens between a code and what applies here."""
OUTSIDE = ("/join/", "/accounts/login/", "/offline/")
LANGUAGES = ("en", "zh-CN", "ar")
PERSON_SHEETS = ("leave", "ban", "flag")
"""What the sheet of a listener asks a host about, and what is reported of them, by icon."""
COMING = "2099-01-05T20:00:00Z"
SPEAKERS, WAITING = ("bob", "carol", "dana"), ("erin", "femi")
LISTENING = ("gus", "hana", "ines")
ROWS = ("#stage > li", "#known > li, #audience > li", "#dock-leave, #dock-main, .dock-end", ".dock-end > button")
"""What stands in rows in a room, on a phone as on a desktop."""
HEADER = ".site-header > :not([popover])"


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa that also speaks a language read from the right; alice is staff."""
    with stack.running(tmp_path_factory.mktemp("mirrored"), DJANGO_SETTINGS_MODULE="tests.flows.mirrored") as running:
        running.sign_in("alice", "bob")
        running.manage("shell", "--command", STAFF)
        yield running


@pytest.fixture(scope="module")
def planned(mirrored: Stoa) -> str:
    """A room of alice's that is to come; she was in another one that is over."""
    over = mirrored.room("alice", "Slow Saturday", topic="What we read in the summer")
    with crowd(mirrored, over, ["alice"]):
        assert mirrored.ask("alice", "POST", f"/api/v1/rooms/{over}/end/")[0] == 204
    return mirrored.room("alice", "Questions for the council", scheduled_for=COMING)


@pytest.fixture(scope="module")
def room(mirrored: Stoa, browser: Browser) -> Iterator[str]:
    """A room with bob on its stage."""
    room = mirrored.room("bob", "Slow Sunday", topic="Reading together, then a walk through the old town")
    bob = chromium.visit(browser, mirrored, "bob")
    talk.enter(bob, room)
    yield room
    bob.page.context.close()


@pytest.fixture(scope="module")
def link(mirrored: Stoa) -> str:
    """The path that an invite link leads to; to look at the screens behind it uses nothing up."""
    return mirrored.manage("create_invite").strip().removeprefix(mirrored.url)


@pytest.fixture
def come(mirrored: Stoa, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the mirrored house for alice, or for a stranger."""
    visitors: list[Visitor] = []

    def arrive(name: str = "alice", **options: Any) -> Page:
        visitors.append(chromium.visit(browser, mirrored, name, **options))
        return visitors[-1].page

    yield arrive
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_window_and_nothing_focused_is_covered(
    come: Callable[..., Page], room: str, planned: str, link: str, size: str, language: str
) -> None:
    faults: list[str] = []
    look = {"viewport": SIZES[size], "locale": language, "reduced_motion": "reduce"}
    member, stranger = come(**look), come("", **look)
    inside = (*PAGES, STYLEGUIDE, f"/r/{planned}", f"/r/{planned}/edit/")
    for page, path in [*((member, path) for path in inside), *((stranger, path) for path in OUTSIDE)]:
        page.goto(path)
        faults += looked_over(page, path)
    stranger.goto(link)
    for field, answer in ANSWERS.items():
        stranger.locator(f"[name={field}]").fill(answer)
        faults += looked_over(stranger, field)
        stranger.locator(f"[name={field}]").press("Enter")
    stranger.locator("summary").click()
    faults += looked_over(stranger, "notice")
    member.goto(f"/r/{room}")
    member.locator("#join").click()
    member.locator("#stage button").first.wait_for()
    faults += looked_over(member, "room")
    assert faults == [], "\n".join(faults)


def test_a_time_whose_zone_has_a_long_name_stays_in_its_card(come: Callable[..., Page], planned: str) -> None:
    page = come(viewport={"width": 320, "height": 640}, locale="en", timezone_id="Asia/Kolkata")
    for path in ("/", f"/r/{planned}"):
        page.goto(path)
        expect(page.locator("time[data-local]").first).to_contain_text("GMT+5:30")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("size", SIZES)
def test_no_sheet_of_a_room_is_wider_than_the_window_and_nothing_focused_in_it_is_covered(
    come: Callable[..., Page], mirrored: Stoa, size: str
) -> None:
    room, faults = mirrored.room("alice", "Slow Monday"), list[str]()
    page = come(viewport=SIZES[size], locale="ar", reduced_motion="reduce")
    with crowd(mirrored, room, ["bob"]):
        page.goto(f"/r/{room}")
        page.locator("#join").click()
        page.locator(talk.LISTED).first.wait_for()
        for opener, signs in {"#dock-more": ROOM_SHEETS, talk.LISTED: PERSON_SHEETS}.items():
            for name in sheets(page, opener, signs):
                faults += looked_over(page, name)
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_in_a_language_that_reads_from_the_right_everything_stands_as_in_a_mirror(
    come: Callable[..., Page], mirrored: Stoa, planned: str, link: str, size: ViewportSize
) -> None:
    look, faults = {"viewport": size, "locale": "ar", "reduced_motion": "reduce"}, list[str]()
    page, stranger = come(**look), come("", **look)
    room, *_ = (mirrored.room("alice", title) for title in ("Slow Tuesday", "Jazz", "Owls"))
    for path in (*PAGES, STYLEGUIDE, f"/r/{planned}", f"/r/{planned}/edit/", f"/r/{room}"):
        page.goto(path)
        faults += (*unmirrored(page, path), *misplaced(page, HEADER))
    for path in (*OUTSIDE, link):
        stranger.goto(path)
        faults += unmirrored(stranger, path)
    page.goto("/")
    if size == DESKTOP:
        faults += misplaced(page, ".cards > li")
    with crowd(mirrored, room, [*SPEAKERS, *WAITING, *LISTENING]) as others:
        fill(page, room, others)
        faults += unmirrored(page, "a room")
        faults += misplaced(page, *ROWS, "#hands li:first-child > *")
        faults += in_sheets(page)
        if size == PHONE:
            listener = come("kim", **look)
            listener.goto(f"/r/{room}")
            listener.locator("#join").click()
            expect(listener.locator("#hands > li")).to_have_count(len(WAITING))
            expect(listener.locator(talk.LISTED)).to_have_count(len(LISTENING) + 1)
            faults += unmirrored(listener, "a room for a listener")
            faults += misplaced(listener, *ROWS, "#hands > li")
    assert faults == [], "\n".join(faults)


def fill(page: Page, room: str, others: Crowd) -> None:
    """Nothing: the host, whose page it is, is in the room, and around them people speak, wait and listen."""
    page.goto(f"/r/{room}")
    page.locator("#join").click()
    for name in (*SPEAKERS, *WAITING):
        others.say(name, type="move", move="raise_hand")
        invited = page.get_by_role("button", name=f"Invite {name.capitalize()} to speak")
        invited.wait_for()
        if name in SPEAKERS:
            invited.click()
            page.locator("stoa-toast", has_text=f"{name.capitalize()} is invited to speak").wait_for()
            others.say(name, type="move", move="accept")
    expect(page.locator("#stage > li")).to_have_count(1 + len(SPEAKERS))
    expect(page.locator("#hands > li")).to_have_count(len(WAITING))
    expect(page.locator(talk.LISTED)).to_have_count(len(LISTENING))


def in_sheets(page: Page) -> list[str]:
    """What is not mirrored in the sheets that a host may open."""
    faults = list[str]()
    for opener, signs in {"#stage li:last-child button": ("leave", "ban"), "#dock-more": ROOM_SHEETS}.items():
        for name in sheets(page, opener, signs):
            rows = (".sheet-head > *", *(["dialog .row > .button"] if name.startswith("the sheet stop") else []))
            faults += [f"{name}: {fault}" for fault in (*unmirrored(page, name), *misplaced(page, *rows))]
    return faults
