"""The desk of the moderation in a real browser: dana works by keyboard, femi is the second pair of eyes."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows import chromium, small, stack, talk
from tests.flows.album import ALBUMS, LANGUAGES, SIZES, Album
from tests.flows.axe import LOOKS, Inspector
from tests.flows.chromium import Visitor
from tests.flows.desk import ACCUSED, HEARD, INVOLVED, LETTERS, OUTSIDE, PAGES, PILE, SECOND, SIT_DOWN
from tests.flows.small import looked_over
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
ROLES = {"dana": "moderator", "femi": "senior", "iris": "inspector"}
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa with a desk that has something on it, and one live room."""
    with stack.running(tmp_path_factory.mktemp("desk")) as running:
        keys = running.sign_in("alice", "bob", "carol", "erin", "mallory", "gus", *ROLES)
        running.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % {"roles": ROLES, "keys": keys})
        running.room("alice", "Slow Sunday", topic="Reading together")
        yield running


@pytest.fixture(scope="module")
def pile(own: Stoa) -> dict[str, Any]:
    """The numbers of what lies there."""
    piled = (own.manage("shell", "--verbosity", "0", "--command", script) for script in (PILE, HEARD))
    return {name: number for told in piled for name, number in json.loads(told.splitlines()[-1]).items()}


@pytest.fixture
def sit(browser: Browser, own: Stoa) -> Iterator[Visit]:
    """Opens somebody's browser; at the end no page may have complained."""
    visitors: list[Visitor] = []

    def arrive(name: str, **options: Any) -> Visitor:
        visitors.append(chromium.visit(browser, own, name, **options))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_desk_has_nothing_for_axe_to_find(sit: Visit, pile: dict[str, Any], look: str) -> None:
    femi, dana = sit("femi", **LOOKS[look]), sit("dana", **LOOKS[look])
    inspector = Inspector(femi.page)
    inspector.visit(*(path.format(**pile) for path in (PAGES | LETTERS | SECOND).values()))
    hear(dana.page, pile)
    Inspector(dana.page, inspector.found).look("case-opened")
    inspector.assert_nothing_found()


@pytest.mark.parametrize("look", LOOKS)
def test_what_those_read_whom_a_case_concerns_has_nothing_for_axe_to_find(
    sit: Visit, pile: dict[str, Any], look: str
) -> None:
    found: list[str] = []
    for name, paths in {"gus": ACCUSED.values(), "": OUTSIDE.values(), "alice": INVOLVED}.items():
        visitor = sit(name, **LOOKS[look])
        Inspector(visitor.page, found).visit(*(path.format(**pile) for path in paths))
        visitor.forgive("status of 40")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", small.SIZES)
def test_nothing_of_a_case_is_covered_or_cut_off_in_a_small_window(sit: Visit, pile: dict[str, Any], size: str) -> None:
    dana = sit("dana", viewport=small.SIZES[size])
    hear(dana.page, pile)
    faults = looked_over(dana.page, "case-opened")
    for name in ("case", "case-notice"):
        dana.page.goto((PAGES | SECOND)[name].format(**pile))
        faults += looked_over(dana.page, name)
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize(("size", "language"), ALBUMS)
def test_every_page_of_the_desk(sit: Visit, pile: dict[str, Any], size: str, language: str) -> None:
    album = Album(sit("femi", viewport=SIZES[size], locale=LANGUAGES[language]), size, language, [])
    album.tour({name: path.format(**pile) for name, path in (PAGES | LETTERS | SECOND).items()})
    levers(album, pile)
    listened(album)
    dana = Album(sit("dana", viewport=SIZES[size], locale=LANGUAGES[language]), size, language, album.faults)
    hear(dana.visitor.page, pile)
    dana.take("case-opened")
    assert not (left := english(album)), "\n".join(left)


def levers(femi: Album, pile: dict[str, Any]) -> None:
    """Nothing: a picture of every lever, of the whole server and of the room, as somebody is about to pull it."""
    page = femi.visitor.page
    page.goto(PAGES["powers-room"].format(**pile))
    page.locator("main").evaluate("main => main.querySelectorAll('details').forEach((lever) => { lever.open = true; })")
    femi.take("powers-open")


def listened(femi: Album) -> None:
    """Nothing: a picture of the room that femi listens in to."""
    page = femi.visitor.page
    page.goto("/console/live/")
    page.locator("form[action*=listen] button").click()
    page.locator("#join").click()
    talk.connected(femi.visitor)
    femi.take("observing", whole=False)


def hear(page: Page, pile: dict[str, Any]) -> None:
    """Nothing: dana fetched the sound of a case, whose words stand beside it, and is about to decide."""
    page.goto(f"/console/cases/{pile['opened']}/")
    page.locator("[data-fetch]").click()
    page.locator(".said").nth(1).wait_for()
    page.locator(".measure input").nth(3).check()
    page.locator("#id_facts").fill("He said that he would find her.")
    page.locator("#preview dd").last.wait_for()


@pytest.mark.parametrize(("size", "language"), ALBUMS)
def test_every_page_of_those_whom_a_case_concerns(sit: Visit, pile: dict[str, Any], size: str, language: str) -> None:
    look = {"viewport": SIZES[size], "locale": LANGUAGES[language]}
    visits = (Album(sit(name, **look), size, language, []) for name in ("gus", "carol", "alice", ""))
    gus, carol, alice, stranger = visits
    gus.tour({name: path.format(**pile) for name, path in ACCUSED.items()})
    alice.tour({"decision-answered": f"/privacy/decisions/{pile['heard']}/"})
    carol.tour({"reports-dismissed": f"/privacy/reports/{pile['dismissed']}/"})
    page = carol.visitor.page
    for way in ("decisions", "reports"):
        page.goto(f"/privacy/{way}/")
        carol.take(f"{way}-listed")
        page.locator(".cases h2 a").first.click()
        page.wait_for_url(f"**/privacy/{way}/*/")
        carol.take(f"{way}-one")
    stranger.tour({name: path.format(**pile) for name, path in OUTSIDE.items()})
    stranger.visitor.forgive("404")
    gus.visitor.forgive("403")
    assert gus.faults + carol.faults + alice.faults + english(stranger) == []


def english(album: Album) -> list[str]:
    """What is wrong with the pictures, but for numbers and "UTC" in the midst of Chinese words."""
    return [fault for fault in album.faults if not re.search("[\u4e00-\u9fff]", fault)]


def test_an_inspector_sees_no_name_on_any_page(sit: Visit, pile: dict[str, Any]) -> None:
    iris = sit("iris")
    for name in [name for name in PAGES if name != "data"]:  # requests are for those who answer them
        path = PAGES[name].format(**pile)
        iris.page.goto(path)
        told = iris.page.locator("main").inner_text()
        assert not [name for name in ("Alice", "Bob", "Carol", "Mallory", "Dana") if name in told], path


def test_a_case_goes_from_the_queue_to_its_decision_by_keyboard_alone(sit: Visit, pile: dict[str, Any]) -> None:
    page = sit("dana").page
    page.goto("/console/cases/")
    number = str(pile["waiting"])
    for _ in range(10):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.getAttribute('href')") == f"/console/cases/{number}/":
            break
    page.keyboard.press("c")
    page.get_by_text("The case is yours. It is entry").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("2")
    assert page.get_by_role("radio", name="Warn").is_checked()
    page.keyboard.press("f")
    page.keyboard.type("He shouted at whoever came on stage.")
    page.locator("#preview dd").filter(has_text="He shouted at whoever came on stage.").wait_for()
    assert "Warning" in page.locator("#preview").inner_text()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Done. It is entry").wait_for()
    page.get_by_role("heading", name="Warning", exact=True).wait_for()


def test_whoever_has_the_queue_open_is_told_of_a_case_that_came(sit: Visit, own: Stoa, pile: dict[str, Any]) -> None:
    dana = sit("dana", viewport=SIZES["phone"])
    page = dana.page
    page.clock.install()
    page.goto("/console/cases/")
    before = page.locator("#queue .case").count()
    room = own.room("bob", "Jazz")
    assert own.ask("mallory", "POST", f"/api/v1/rooms/{room}/reports/", {"policy": "spam"})[0] == 201
    page.clock.run_for(21_000)
    expect(page.locator("#new")).to_have_text("1 new case")
    assert page.locator("#queue .case").count() == before, "what comes moves nothing"
    Album(dana, "phone", "en", []).take("cases-news")
    page.locator("#new").click()
    expect(page.locator("#queue .case")).to_have_count(before + 1)
    expect(page.locator("#new")).to_be_hidden()


@pytest.mark.parametrize("path", ["/console/statements/", "/console/cases/?shelf=decided"])
def test_on_a_phone_tabs_and_shelves_are_one_row_each_and_show_where_one_is(
    sit: Visit, pile: dict[str, Any], path: str
) -> None:
    page = sit("femi", viewport=SIZES["phone"]).page
    page.goto(path)
    rows = page.locator(".console-nav ul, .shelves ul")
    for row in rows.all():
        assert row.evaluate("row => new Set([...row.children].map((tab) => tab.offsetTop)).size") == 1
        assert row.evaluate(IN_VIEW)
    expect(rows.last).to_have_attribute("data-before", "")
    rows.last.locator("a").first.focus()
    expect(rows.last).to_have_attribute("data-after", "")


IN_VIEW = """(row) => {
  const [tab, seen] = [row.querySelector("[aria-current]"), row].map((one) => one.getBoundingClientRect());
  return tab.left >= seen.left && tab.right <= seen.right;
}"""
"""Whether the tab of the page can be seen without scrolling."""


def test_no_sound_is_fetched_or_played_before_somebody_says_so_and_keys_skip_in_it(
    sit: Visit, pile: dict[str, Any]
) -> None:
    page, asked = sit("dana").page, list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/console/cases/{pile['opened']}/", wait_until="networkidle")
    assert [url for url in asked if "/listen/" in url] == []
    expect(page.locator("#deck-controls")).to_be_hidden()
    page.locator("[data-fetch]").click()
    play, at = page.locator("#deck-play"), page.locator("#deck-time")
    expect(play).to_be_focused()
    assert [url for url in asked if "/listen/" in url] != []
    assert (play.get_attribute("aria-pressed"), at.inner_text()[:4]) == ("false", "0:00")
    for key, told in {"ArrowRight": "0:05", "ArrowLeft": "0:00"}.items():
        page.keyboard.press(key)
        assert at.inner_text()[:4] == told
    for playing in ("true", "false"):
        page.keyboard.press("p")
        expect(play).to_have_attribute("aria-pressed", playing)


def test_a_case_that_is_too_much_goes_to_somebody_else_or_back(sit: Visit, pile: dict[str, Any]) -> None:
    path = f"/console/cases/{pile['asked']}/"
    dana, femi = sit("dana").page, sit("femi").page
    dana.goto(path)
    dana.locator("summary").filter(has_text="Hand over").click()
    dana.get_by_label("To whom").select_option("Femi")
    dana.get_by_role("button", name="Hand over").click()
    dana.get_by_text("The case is now with Femi.").wait_for()
    femi.goto(path)
    femi.get_by_role("button", name="Put back").click()
    femi.get_by_text("The case waits for somebody else.").wait_for()


def test_after_an_hour_a_break_is_proposed_and_can_be_put_off(sit: Visit, pile: dict[str, Any]) -> None:
    page = sit("femi").page
    page.clock.install()
    page.goto("/console/cases/")
    rest = page.locator("#rest")
    assert rest.is_hidden()
    for _ in range(7):
        work(page, 10)
    expect(rest).to_be_visible()
    page.get_by_role("button", name="In 15 minutes").click()
    assert rest.is_hidden()
    work(page, 14)
    assert rest.is_hidden()
    for _ in range(2):
        work(page, 1)
    expect(rest).to_be_visible()
    page.get_by_role("button", name="I take a break").click()
    page.wait_for_url("**/console/")
    page.goto("/console/cases/")
    page.locator("#shelves").wait_for()
    assert rest.is_hidden()


def work(page: Page, minutes: int) -> None:
    """Nothing: somebody touched a key, and so much time and a second passed."""
    page.keyboard.press("Shift")
    page.clock.run_for(minutes * 60_000 + 1000)
