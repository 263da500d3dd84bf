"""The page of powers for flows: what is pulled there, and which entry of the log tells of it."""

import re

from playwright.sync_api import Page, expect


def act(page: Page, room: str, button: str, words: str = "", slow: int = 0) -> None:
    """Nothing: what the button says was done to the room."""
    page.goto(f"/console/powers/?room={room}")
    item = page.locator(f"#room-{room}")
    item.get_by_label("Slow mode").select_option(str(slow))
    item.get_by_label("What people read").fill(words)
    item.get_by_role("button", name=button, exact=True).click()
    page.get_by_text("Done:").wait_for()


def pull(page: Page, name: str, words: str, most: int | None = None) -> None:
    """Nothing: the lever of the whole server is in force."""
    page.goto("/console/powers/")
    lever = page.locator(f"#{name}")
    lever.locator("summary").click()
    lever.get_by_label("What people read").fill(words)
    if most is not None:
        lever.get_by_label("Newcomers a minute and room").fill(str(most))
    lever.get_by_role("button").click()
    lever.get_by_text("In force").wait_for()


def lift(page: Page, name: str) -> None:
    """Nothing: the lever of the whole server is in force no more."""
    page.goto("/console/powers/")
    lever = page.locator(f"#{name}")
    lever.get_by_role("button", name="Lift it").click()
    lever.get_by_text("Off", exact=True).wait_for()


def logged(page: Page, action: str) -> None:
    """Nothing: the page says which entry of the log tells of what was just done, and leads there."""
    link = page.get_by_role("link", name=re.compile(r"^It is entry \d+ of the log"))
    (number,) = re.findall(r"\d+", link.inner_text())
    link.click()
    page.get_by_role("heading", name=f"Entry {number}", exact=True).wait_for()
    said = page.locator(".facts-list").first
    for name, value in (("action", action), ("result", "ok")):
        expect(said.locator("dt", has_text=re.compile(f"^{name}$")).locator("+ dd")).to_have_text(value)


def end(page: Page, room: str, facts: str) -> float:
    """When the button was pressed (ms since 1970), after which the room was over, for these reasons."""
    page.goto(f"/console/powers/?room={room}")
    item = page.locator(f"#room-{room}")
    item.get_by_label("Rule").select_option("spam")
    item.get_by_label("What happened").fill(facts)
    at: float = page.evaluate("performance.timeOrigin + performance.now()")
    item.get_by_role("button", name="End the room", exact=True).click()
    page.get_by_text("The room is over.").wait_for()
    return at
