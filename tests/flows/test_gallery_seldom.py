"""What people meet once, or on some devices alone, pictured for those who look after the pages. By `make screens`."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.flows import chromium, door
from tests.flows.album import LANGUAGES, PICTURED, SIZES, Album, choose
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa
from tests.flows.test_styleguide import without_themes

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300), PICTURED]
Visit = Callable[..., Visitor]
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
NOT_INSTALLED = "delete window.PushManager"
"""What Safari on an iPhone does not have in a page that is no app."""
EXPERIENCED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Block, User
from moderation.actions import staff
from moderation.audit.source import Source
from moderation.staff import Role
from rooms.models import Member, Room

now = timezone.now()
who = {user.username: user for user in User.objects.all()}
Member.objects.create(room_id=%(over)r, user=who["olga"], number=7, joined_at=now - timedelta(hours=2))
Block.objects.create(blocker=who["olga"], blocked=who["alice"], created_at=now)
staff.grant(who["olga"], Role.MODERATOR, None, now=now, source=Source.internal("command"))
"""
"""Run by `manage.py shell`: olga was in a room that is over, blocked alice, who hosts another, and is on the staff."""
SHOWN = {
    "console-factor": "/console/",
    "history-listed": "/history/",
    "me-blocked": "/me/",
    "prejoin-blocked": "/r/{live}",
    "invites-came": "/invites/",
}


@pytest.fixture(scope="module")
def olga(stoa: Stoa, browser: Browser) -> dict[str, str]:
    """The rooms that olga is shown; somebody came in through her."""
    live, over = stoa.room("alice", "Slow Sunday", topic="Reading together"), stoa.room("alice", "Questions")
    assert stoa.ask("alice", "POST", f"/api/v1/rooms/{over}/end/")[0] == 204
    page = chromium.visit(browser, stoa, "olga").page
    page.goto("/invites/")
    page.get_by_role("button", name="Make a code").click()
    link = page.locator("#link a").get_attribute("href") or ""
    page.context.close()
    guest = chromium.visit(browser, stoa).page
    guest.goto(link)
    door.answer(guest, "Robin")
    guest.context.close()
    stoa.manage("shell", "--verbosity", "0", "--command", EXPERIENCED % {"over": over})
    return {"live": live}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_everything_that_is_seen_once(size: str, language: str, visit: Visit, olga: dict[str, str]) -> None:
    faults: list[str] = []
    look: dict[str, Any] = {"viewport": SIZES[size], "locale": LANGUAGES[language]}
    album = Album(visit("olga", **look), size, language, faults)
    page = album.visitor.page
    choose(page, language)
    album.tour({name: path.format(**olga) for name, path in SHOWN.items()})
    page.locator("main form .button.primary").click()
    page.locator("#code").wait_for()
    album.take("invites-made")
    page.locator("[popovertarget=me-menu]").click()
    album.take("menu", whole=False)
    page.goto("/history/")
    page.locator("main li summary").first.click()
    album.take("history-delete")
    album.visitor.forgive("403")
    outside(Album(visit(**look), size, language, faults))
    knox = Album(visit("knox", **look), size, language, faults)
    knox.tour({"console-closed": "/console/"})
    knox.visitor.forgive("403")
    assert not faults, "\n".join(faults)


def outside(stranger: Album) -> None:
    """Nothing: pictures of the menu of whoever is not signed in, and of words typed wrongly."""
    page = stranger.visitor.page
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("robin")
    door.send(page, "password", "Slow Sunday")
    stranger.take("login-wrong")
    page.locator("[popovertarget=me-menu]").click()
    stranger.take("menu-outside", whole=False)
    page.goto("/report/")
    page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
    page.locator("main form .button.primary").click()
    page.locator(".errorlist").first.wait_for()
    stranger.take("notice-wrong")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_only_some_devices_are_told(language: str, visit: Visit, olga: dict[str, str]) -> None:
    faults: list[str] = []
    look: dict[str, Any] = {"viewport": SIZES["phone"], "locale": LANGUAGES[language]}
    iphone = Album(visit("erin", user_agent=IPHONE, **look), "phone", language, faults)
    iphone.visitor.page.add_init_script(NOT_INSTALLED)
    iphone.visitor.page.goto("/me/")
    iphone.visitor.page.wait_for_load_state("networkidle")  # then the page knows how it stands
    iphone.take("me-iphone")
    old = Album(visit("erin", **look), "phone", language, faults)
    old.visitor.page.route("**/*.css", without_themes)
    old.tour({"old-browser": f"/r/{olga['live']}"})
    assert not faults, "\n".join(faults)
