"""Every page in a small window, and in a language that reads from the right: nothing is wide, nothing is covered."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.flows import chromium, stack, talk
from tests.flows.chromium import PHONE, Visitor
from tests.flows.crowd import crowd
from tests.flows.door import PASSWORD
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


def test_in_a_language_that_reads_from_the_right_header_and_dock_are_mirrored(
    come: Callable[..., Page], room: str
) -> None:
    orders = {}
    for name, language in {"alice": "en", "carol": "ar"}.items():
        page = come(name, viewport=PHONE, locale=language)
        for path in PAGES:
            page.goto(path)
            orders[language, path] = order(page, ".site-header > :not([popover])")
        page.goto(f"/r/{room}")
        page.locator("#join").click()
        page.get_by_role("toolbar").get_by_role("button", name="Raise hand").wait_for()
        orders[language, "dock"] = order(page, ".dock > button, .dock-end > button")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert orders["en", "dock"] == ["dock-leave", "dock-main", "dock-react", "dock-more"]
    assert orders["en", "/"][0] == "brand"
    for place in ("dock", *PAGES):
        assert orders["ar", place] == orders["en", place][::-1], place


def order(page: Page, selector: str) -> list[str]:
    """Id or class of each that can be seen, from left to right."""
    found = page.eval_on_selector_all(
        selector,
        """(all) => all.filter((one) => one.checkVisibility())
          .sort((one, other) => one.getBoundingClientRect().x - other.getBoundingClientRect().x)
          .map((one) => one.id || one.className)""",
    )
    return [str(name) for name in found]
