"""Stoa among a device's apps: it installs, says when it is offline, and keeps nothing of anybody."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.flows import talk
from tests.flows.chromium import ARGUMENTS, BINARY, PHONE, Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) kept[new URL(url).pathname] = await (await cache.match(url)).text();
  }
  return kept;
}"""
"""Path and text of everything that this site's worker has put aside."""
SCRIPTS = """async () => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
  return [installing, waiting, active].filter(Boolean).map(({ scriptURL }) => scriptURL.replace(location.origin, ""));
}"""
"""The addresses of the workers that come, wait and are there."""
NOTIFICATIONS = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, url: data.url }));
}"""
"""What the notifications say that the device shows at this moment, and where each leads."""


def test_a_browser_takes_it_for_an_app(playwright: Playwright, stoa: Stoa, tmp_path: Path) -> None:
    # A profile with a folder: to Chromium every other is a private window, and those install nothing.
    profile = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=BINARY, args=ARGUMENTS, base_url=stoa.url, locale="en"
    )
    with profile:
        profile.add_cookies([{"name": "sessionid", "value": stoa.sign_in("alice")["alice"], "url": stoa.url}])
        page = profile.pages[0]
        page.goto("/")
        looked_after(page)
        protocol = profile.new_cdp_session(page)
        manifest = protocol.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert json.loads(manifest["data"])["lang"] == "en"
        assert protocol.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
        assert protocol.send("Page.getAppId")["appId"] == f"{stoa.url}/"


@pytest.mark.parametrize(
    ("locale", "title", "way_on"), [("en", "You are offline", "Try again"), ("zh-CN", "您已离线", "重试")]
)
def test_without_a_network_a_page_says_so_in_ones_own_language(
    visit: Visit, locale: str, title: str, way_on: str
) -> None:
    alice = visit("alice", viewport=PHONE, locale=locale)
    alice.page.goto("/")
    looked_after(alice.page)
    alice.page.context.set_offline(True)
    alice.page.goto("/me/")
    alice.page.get_by_role("heading", name=title).wait_for()
    assert alice.page.url.endswith("/me/")
    assert styled(alice.page)
    alice.page.context.set_offline(False)
    alice.page.locator("#profile").wait_for()  # by itself
    alice.page.context.set_offline(True)
    alice.page.goto("/invites/")
    alice.page.get_by_role("link", name=way_on).click()
    alice.page.get_by_role("heading", name=title).wait_for()
    alice.forgive("ERR_INTERNET_DISCONNECTED")


def test_another_language_is_another_page_to_keep(visit: Visit) -> None:
    gina = visit("gina")
    gina.page.goto("/")
    looked_after(gina.page)
    gina.page.get_by_role("button", name="You and settings").click()
    gina.page.get_by_role("button", name="简体中文").click()
    gina.page.get_by_role("heading", name="大厅").wait_for()
    until("the page kept is Chinese", lambda: 'lang="zh-hans"' in gina.page.evaluate(KEPT).get("/offline/", ""))


def test_another_language_does_not_replace_the_worker_that_pages_pass_through(visit: Visit) -> None:
    gina = visit("gina")
    gina.page.goto("/")
    looked_after(gina.page)
    for language, heading in (("简体中文", "大厅"), ("English", "Hallway")):
        gina.page.locator("[popovertarget=me-menu]").click()
        gina.page.get_by_role("button", name=language).click()
        gina.page.get_by_role("heading", name=heading).wait_for()
        for path in ("/me/", "/invites/", "/"):
            gina.page.goto(path, timeout=5_000)
        looked_after(gina.page)
    assert gina.page.evaluate(SCRIPTS) == ["/worker.js"]


def test_what_is_kept_is_the_offline_page_and_static_files_and_nothing_personal(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Nobody else's business")
    alice = visit("alice")
    alice.page.goto("/")
    looked_after(alice.page)
    for path in ("/me/", "/invites/", "/history/", "/new/", "/"):
        alice.page.goto(path)
    talk.enter(alice, room)
    kept: dict[str, str] = alice.page.evaluate(KEPT)
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline/"}
    secrets = (stoa.sign_in("alice")["alice"], "Alice", "Nobody else's business", room)
    assert [word for word in secrets if word in "".join(kept.values())] == []


def test_strangers_have_no_worker(visit: Visit) -> None:
    stranger = visit()
    stranger.page.goto("/accounts/login/")
    assert stranger.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_what_is_pushed_is_shown_and_news_of_the_same_page_takes_its_place(visit: Visit) -> None:
    alice = visit("alice", permissions=("notifications",))
    alice.page.goto("/")
    looked_after(alice.page)
    soon, open_now, other = (
        {"title": "Slow Sunday", "body": "Bob opens this room in 10 minutes", "url": "/r/aaaaaaaaaaaa"},
        {"title": "Slow Sunday", "body": "Bob opened this room", "url": "/r/aaaaaaaaaaaa"},
        {"title": "Jazz", "body": "Carol opened this room", "url": "/r/bbbbbbbbbbbb"},
    )
    for words, shown in ((soon, [soon]), (open_now, [open_now]), (other, [open_now, other])):
        push(alice.page, words)
        shows(alice.page, shown)


def push(page: Page, words: dict[str, str]) -> None:
    """Nothing: a push service has brought these words to the page's worker."""
    protocol = page.context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    protocol.send("ServiceWorker.enable")
    until("the worker is known", lambda: page.evaluate("true") and known)
    origin = page.evaluate("location.origin")
    registration = known[-1]["registrationId"]
    protocol.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration, "data": json.dumps(words)},
    )
    protocol.detach()


def shows(page: Page, notifications: list[dict[str, str]]) -> None:
    """Nothing, as soon as the device shows these notifications, by where they lead, and no other."""
    until(
        f"it shows {notifications}",
        lambda: sorted(page.evaluate(NOTIFICATIONS), key=lambda words: str(words["url"])) == notifications,
    )


def looked_after(page: Page) -> None:
    """Nothing, as soon as the worker is ready for the next page."""
    page.evaluate("navigator.serviceWorker.ready")


def styled(page: Page) -> Any:
    """Whether the page's style sheets and scripts are there."""
    return page.evaluate(
        "[...document.styleSheets].every(({ cssRules }) => cssRules.length) && document.styleSheets.length"
    )
