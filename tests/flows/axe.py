"""What axe finds on a page: rules of WCAG 2.2 AA and good practice, and the elements that break them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.flows.chromium import DESKTOP, PHONE
from tests.flows.small import sideways
from tests.flows.stack import ROOT

SCRIPT = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, dict[str, Any]] = {
    "en-phone": {"locale": "en", "viewport": PHONE, "reduced_motion": "reduce"},
    "zh-desktop": {"locale": "zh-CN", "viewport": DESKTOP, "reduced_motion": "reduce"},
}
"""Both languages and both sizes, as Playwright's options."""
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on a theme."""
RUN = "async ([where, only]) => (await axe.run(where, {runOnly: only})).violations"
"""What axe passed is far more than what it found, and takes longer to hand over than axe to run."""
SETTLED = "() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))"


def faults(page: Page, where: str = "html", only: Sequence[str] = RULES) -> list[str]:
    """What axe finds on the page as it is now, or in those parts of it, by these rules or groups of rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)  # through the debugger, which the content policy does not bind
    page.evaluate(SETTLED)
    found = page.evaluate(RUN, [where, only])
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def faults_in_every_look(page: Page, where: str = "html") -> list[str]:
    """What axe finds in the light theme, and of colours in the dark one and in forced colours."""
    page.emulate_media(color_scheme="light", forced_colors="none")
    found = faults(page, where)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in faults(page, where, COLOURS)]
    page.emulate_media(color_scheme="light", forced_colors="active")
    found += [f"forced colours: {fault}" for fault in faults(page, where, COLOURS)]
    page.emulate_media(forced_colors="none")
    return found


@dataclass
class Inspector:
    """Looks at pages in every theme and in small windows, and keeps what axe found and what was too wide."""

    page: Page
    found: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Nothing: the page as it is now was looked at."""
        self.found += [f"{name}: {fault}" for fault in (*faults_in_every_look(self.page), *sideways(self.page))]

    def see(self, name: str, sign: str) -> None:
        """Nothing: the page was looked at as soon as it had what this selector names."""
        self.page.locator(sign).first.wait_for()
        self.look(name)

    def visit(self, *paths: str) -> None:
        """Nothing: each page was looked at, and none of them was another one in disguise."""
        for path in paths:
            self.page.goto(path)
            assert path in self.page.url, f"{path} led to {self.page.url}"
            self.look(path)

    def assert_nothing_found(self) -> None:
        """Nothing, if nothing was found."""
        assert not self.found, "\n".join(self.found)
