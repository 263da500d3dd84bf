"""Albums of pages as people get them: both sizes, themes and languages, in `screens/`, which is not committed."""

import os
import re
from dataclasses import dataclass
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.flows.chromium import DESKTOP, PHONE, Visitor
from tests.flows.stack import ROOT

FOLDER = ROOT / os.environ.get("STOA_SCREENS", "screens")
SIZES, LANGUAGES = {"phone": PHONE, "desktop": DESKTOP}, {"en": "en", "zh": "zh-CN"}
EVERY = "STOA_SCREENS" in os.environ
ALBUMS = list(product(SIZES, LANGUAGES)) if EVERY else [("phone", "zh")]
"""Sizes with languages: `make screens` takes all, `make test` the one in which most can be wrong."""
PICTURED = pytest.mark.skipif(not EVERY, reason="pictures for people to look at: make screens")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark") if EVERY else ("light",)
PRODUCTS = {"Stoa", "Chrome", "Edge", "Firefox", "Safari", "Android", "iOS", "iPad", "iPhone", "Linux"}
SHORT = {"IP", "SHA", "CSV", "JSON", "UTC", "UDP", "TURN", "https", "http", "QR", "PIN"}
LATIN = PRODUCTS | SHORT | {"App", "Cookie", "Space", "English", "XXXX"}
"""What stays as it is in Chinese: names, abbreviations and samples."""
TYPED = r"Alice|Bob|Carol|Dana|Erin|Robin|Laptop|Slow Sunday|Reading together|Questions"
SENTENCES = """(where) => {
  const own = "bdi, code, kbd, pre, time, script, style, noscript, option, [lang=en], [hidden], .code, .only-read";
  const root = document.querySelector(where);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest(own) && parentElement.checkVisibility()) found.push(data);
  }
  return found.concat([...root.querySelectorAll("[aria-label], [placeholder], [title]")]
    .filter((element) => !element.closest("bdi, [lang=en]"))
    .flatMap((element) => ["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? "")))
    .concat(document.title);
}"""


@dataclass
class Album:
    """One size's and language's pictures, taken as a visitor goes along, and what was wrong with them."""

    visitor: Visitor
    size: str
    language: str
    faults: list[str]

    def take(self, name: str, *, whole: bool = True, words: str = "body") -> None:
        """Nothing: the page as it is now is in the album in both themes, and the words in that part of it were read."""
        page = self.visitor.page
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            path = FOLDER / "-".join((self.size, theme, self.language)) / f"{name}.png"
            page.screenshot(path=path, full_page=whole, animations="disabled")
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            self.faults.append(f"{name} scrolls sideways by {sideways} px")
        if self.language == "zh":
            self.faults += [f"{name} says {text!r}" for text in english(page.evaluate(SENTENCES, words))]

    def in_reach(self, name: str, onwards: str) -> None:
        """Nothing: the way on is seen without scrolling, or it is a fault."""
        page = self.visitor.page
        box, height = page.locator(onwards).bounding_box(), page.evaluate("innerHeight")
        if box is None or box["y"] + box["height"] > height:
            self.faults.append(f"{name} has its way on below the fold")

    def tour(self, pages: dict[str, str]) -> None:
        """Nothing: a picture of each page."""
        for name, path in pages.items():
            self.visitor.page.goto(path)
            self.take(name)


def choose(page: Page, language: str) -> None:
    """Nothing: whoever is signed in reads Stoa in the language from now on, wherever they are."""
    page.goto("/")
    page.locator("[popovertarget=me-menu]").click()
    with page.expect_navigation():
        page.locator(f"button[name=language][value^={language}]").click()


def english(sentences: list[str]) -> list[str]:
    """The sentences with English words in them that are neither what people typed nor abbreviations."""
    return [text for text in sentences if set(re.findall(r"[A-Za-z]{3,}", re.sub(TYPED, "", text))) - LATIN]
