"""Whether a page that is read from the right is what a mirror shows of the same page read from the left."""

from playwright.sync_api import Page

UNMIRRORED = """() => {
  const root = document.documentElement;
  // Words within a sentence, and what is written from the left on every page, keep their order.
  const placed = (one) =>
    getComputedStyle(one).display !== "inline" && getComputedStyle(one.parentElement).direction === "rtl";
  const all = [...document.querySelectorAll("body *:not(svg *)")].filter((one) => one.checkVisibility() && placed(one));
  const read = (dir) => ((root.dir = dir), all.map((one) => one.getBoundingClientRect()));
  const left = read("ltr");
  const right = read("rtl");
  const away = (at) =>
    Math.max(Math.abs(root.clientWidth - left[at].right - right[at].x), Math.abs(left[at].y - right[at].y));
  const astray = all.filter((_, at) => left[at].width && away(at) > 2);
  const pointing = [...document.querySelectorAll(".icon:has([href='#i-back'], [href='#i-leave'])")];
  const straight = pointing.filter((one) => one.checkVisibility() && !getComputedStyle(one).transform.includes("-1"));
  return [...astray, ...straight].map((one) => one.outerHTML.slice(0, 120));
}"""
"""What stands elsewhere than in the mirror, and signs that point the wrong way. It is the same page with the same
words; only a line that turns round may be two pixels longer, for its full stop is elsewhere."""
PLACES = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())"


def unmirrored(page: Page, name: str) -> list[str]:
    """What does not stand where a mirror would show it, of a page that is read from the right."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    return [f"{name} is not mirrored: {fault}" for fault in page.evaluate(UNMIRRORED)]


def misplaced(page: Page, *selectors: str) -> list[str]:
    """Those of which there is no first row that begins at the right."""
    places = {selector: page.eval_on_selector_all(selector, PLACES) for selector in selectors}
    return [
        f"{selector} are not in a row from the right: {row}" for selector, row in places.items() if not _ordered(row)
    ]


def _ordered(places: list[dict[str, float]]) -> bool:
    row = [place["x"] for place in places if abs(place["y"] - places[0]["y"]) < places[0]["height"] / 2]
    return len(row) > 1 and row == sorted(row, reverse=True)
