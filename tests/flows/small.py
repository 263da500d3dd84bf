"""What is wrong with a page in a small window: wider than it, or with the focus where nobody sees it."""

from playwright.sync_api import Page, ViewportSize

SIZES: dict[str, ViewportSize] = {"320 px": {"width": 320, "height": 640}, "200 %": {"width": 640, "height": 400}}
"""The narrowest phone, and a desktop of 1280 by 800 zoomed in (WCAG 2.2, 1.4.10 and 1.4.4)."""
WIDE = """Math.max(...[document.documentElement, ...document.querySelectorAll("dialog[open], .banners")].map(
  ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))"""
"""By how many pixels the page scrolls sideways, or what stands above it does."""
HIDDEN = """() => {
  const { activeElement } = document;
  if (activeElement === document.body) return "";
  const { x, y, width, height, bottom } = activeElement.getBoundingClientRect();
  const at = document.elementFromPoint(x + width / 2, y + Math.min(height, 44) / 2);
  const own = [activeElement, ...(activeElement.labels ?? [])];
  const seen = at && (at.contains(activeElement) || own.some((one) => one.contains(at)));
  const tall = height > innerHeight || activeElement.matches("textarea"); // browsers show the line one writes on
  const whole = y >= 0 && (bottom <= innerHeight || tall);
  return seen && whole ? "" : activeElement.outerHTML.slice(0, 120);
}"""
"""What has the focus, where something lies over it or it is cut off; else '' (WCAG 2.2, 2.4.11 and 2.4.12)."""
STOPS = 150
"""More than any page has for the Tab key."""


def sideways(page: Page) -> list[str]:
    """In which small windows the page, as it is now, is too wide, and by how much."""
    was = page.viewport_size
    faults = []
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        wide = page.evaluate(WIDE)
        faults += [f"at {name} it scrolls sideways by {wide} px"] if wide > 0 else []
    if was:
        page.set_viewport_size(was)
    return faults


def looked_over(page: Page, name: str) -> list[str]:
    """What is wrong with the page: too wide, or somewhere the Tab key leads that cannot be seen."""
    wide = page.evaluate(WIDE)
    faults = [f"{name} scrolls sideways by {wide} px"] if wide > 0 else []
    page.evaluate("document.activeElement.blur()")
    first = None
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate("document.activeElement.outerHTML + scrollY")
        if stop == first or page.evaluate("document.activeElement === document.body"):
            break
        first = first or stop
        hidden = page.evaluate(HIDDEN)
        faults += [f"{name}: covered or cut off: {hidden}"] if hidden else []
    return faults
