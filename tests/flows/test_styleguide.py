"""The style guide in a browser: every piece and state in both themes and languages, with nothing for axe to find."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.flows import axe
from tests.flows.chromium import PHONE, Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
SECTIONS = {
    "states",
    "tokens",
    "type",
    "icons",
    "buttons",
    "fields",
    "cards",
    "avatars",
    "roster",
    "meter",
    "banner",
    "toast",
    "empty",
    "docks",
}
MOVING = """() => {
  const parts = ["", "::before", "::after", "::backdrop"];
  const moves = ({ animationName, transitionDuration }) =>
    animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
  return [...document.querySelectorAll("*")]
    .filter((one) => parts.some((part) => moves(getComputedStyle(one, part))))
    .flatMap((one) => [...one.classList])
    .concat(document.getAnimations().map((one) => `${one.animationName ?? one.transitionProperty} runs`));
}"""
"""The classes of whatever has an animation or a transition, and what runs."""
OPACITIES = "parts => parts.map((part) => Number(getComputedStyle(part).opacity))"
STAFF = "from accounts.models import User; User.objects.filter(username='stella').update(is_staff=True)"


@pytest.fixture(scope="module")
def stella(stoa: Stoa) -> str:
    """Who is staff, and in no other test."""
    stoa.manage("shell", "--command", STAFF)
    return "stella"


@pytest.fixture
def guide(visit: Visit, stella: str) -> Callable[..., Visitor]:
    """Opens the style guide for stella."""

    def open_guide(fragment: str = "", **options: object) -> Visitor:
        visitor = visit(stella, **options)
        visitor.page.goto(f"/styleguide/{fragment}")
        visitor.page.locator("#state-list a").first.wait_for(state="attached")
        return visitor

    return open_guide


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing_in_any_theme(guide: Callable[..., Visitor], language: str) -> None:
    page = guide(viewport=PHONE, locale=language, reduced_motion="reduce").page
    assert set(page.evaluate("[...document.querySelectorAll('main section')].map(({ id }) => id)")) >= SECTIONS
    assert axe.faults_in_every_look(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_state_opens_by_its_address_and_leaves_by_the_way_back(
    guide: Callable[..., Visitor], language: str
) -> None:
    page = guide(reduced_motion="reduce", locale=language).page
    for address in page.locator("#state-list a").evaluate_all("links => links.map(({ hash }) => hash)"):
        page.evaluate("address => (location.hash = address)", address)
        page.locator("#screen h1, #sheet h2, #banners stoa-banner, stoa-toast").locator("visible=true").first.wait_for()
        assert axe.faults_in_every_look(page, "#screen, #sheet, #banners, #toasts") == [], address
        page.go_back()
        page.locator("#states").wait_for()


def test_sheets_toasts_and_banners_stand_still_for_those_who_asked_for_less_motion(
    guide: Callable[..., Visitor],
) -> None:
    page = guide().page
    page.locator("#open-undo").click()
    page.locator("#open-sheet").click()
    assert set(page.evaluate(MOVING)) >= {"sheet", "toast", "banner", "button"}
    page.emulate_media(reduced_motion="reduce")
    # What had begun before the wish is let go on to its end; what never ends would never be still.
    until("nothing moves", lambda: page.evaluate(MOVING) == [])
    page.keyboard.press("Escape")
    page.locator("#open-sheet").click()
    assert page.evaluate(MOVING) == []


def test_a_ring_is_never_quite_opaque(guide: Callable[..., Visitor]) -> None:
    page = guide().page
    seen = page.locator("#faces :is(.ring, .halo)").evaluate_all(OPACITIES)
    assert max(seen) == 0.999  # to the eye 1, but coming and going make no layer anew
    assert min(seen) == 0.15


def test_a_sheet_takes_the_focus_and_gives_it_back(guide: Callable[..., Visitor]) -> None:
    page = guide().page
    opener = page.locator("#open-sheet")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="End the room?")
    dialog.wait_for()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert opener.evaluate("opener => opener === document.activeElement")


def test_a_roster_keeps_the_focus_when_people_come_and_go(guide: Callable[..., Visitor]) -> None:
    page = guide().page
    name = "document.activeElement.textContent"
    page.locator("#people button").first.focus()
    page.keyboard.press("ArrowRight")
    assert "Bob" in page.evaluate(name)
    page.evaluate("document.getElementById('go').click()")  # Bob, who is second, goes
    assert "陈伟" in page.evaluate(name)
    page.evaluate("document.getElementById('come').click()")
    assert "陈伟" in page.evaluate(name)
    assert page.locator("#people button[tabindex='0']").count() == 1


def test_a_toast_waits_while_one_is_at_it(guide: Callable[..., Visitor]) -> None:
    page = guide().page
    page.clock.install()
    page.locator("#open-undo").click()
    undo = page.locator("stoa-toast button")
    undo.focus()
    page.clock.run_for(60_000)
    undo.click()
    page.locator("stoa-toast", has_text="Taken back").wait_for()
    page.clock.run_for(6_000)
    until("the toast is gone", lambda: page.locator("stoa-toast").count() == 0)


def test_a_plain_member_finds_no_such_page(visit: Visit) -> None:
    mallory = visit("mallory")
    answer = mallory.page.goto("/styleguide/")
    assert answer is not None
    assert answer.status == 404
    mallory.forgive("404")


def test_a_browser_that_knows_no_themes_has_nothing_dark_behind_black_words(visit: Visit) -> None:
    for knows, shown in ((True, "light dark"), (False, "light")):
        page = visit(color_scheme="dark").page
        if not knows:
            page.route("**/*.css", without_themes)
        page.goto("/accounts/login/")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == shown


def without_themes(route: Route) -> None:
    """Nothing: the style was read by a browser that does not know `light-dark()`."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("light-dark(", "unheard-of("))
