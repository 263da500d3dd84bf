"""Carol reports bob while he speaks, with two taps on his sheet; what she, bob and a stranger see of it then."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows import chromium, talk
from tests.flows.axe import Inspector
from tests.flows.chromium import HUM, Visitor, tap
from tests.flows.stack import Stoa
from tests.flows.test_phone import in_sight

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Visitor]
REPORTS = """
import json
from moderation.models import Report

rows = Report.objects.order_by("pk").values_list("number", "policy", "words", "case__subject__username", "freeze__id")
print(json.dumps(list(rows)))
"""
"""Run by `manage.py shell`: prints every report."""
DECIDED = """
import json
from django.utils import timezone
from accounts.models import User
from moderation.actions import cases, decisions, reports, staff
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import Channel
from moderation.policies import Policy
from moderation.staff import Role

how = {"source": Source.internal("command"), "now": timezone.now()}
person = {name: User.objects.get(username=name) for name in ("bob", "carol", "femi")}
staff.grant(person["femi"], Role.SENIOR, None, **how)
complaint = Complaint(Policy.IMPERSONATION, Channel.PROFILE, "He says that he is me.", "en")
made = [reports.report_person(person["carol"], person[name].uid, complaint, **how) for name in ("bob", "femi")]
cases.claim(made[0].case_id, by=person["femi"], **how)
warning = Verdict(Measure.WARN, Policy.IMPERSONATION, "Called himself Carol, in three rooms.")
decision = decisions.decide(made[0].case_id, warning, by=person["femi"], **how)
print(json.dumps([decision.pk, made[0].number, made[1].number]))
"""
"""Run by `manage.py shell`: femi warned bob on a report of carol's; carol's report of femi waits."""


@pytest.fixture
def room(browser: Browser, stoa: Stoa) -> Iterator[tuple[str, Visitor]]:
    """A room that alice hosts, and bob, who speaks in it."""
    room = stoa.room("alice", "Slow Sunday")
    alice, bob = (chromium.visit(browser, stoa, name) for name in ("alice", "bob"))
    for visitor in (alice, bob):
        talk.enter(visitor, room)
    talk.bring_on_stage(alice, bob)
    yield room, bob
    for visitor in (alice, bob):
        visitor.page.context.close()


def made(stoa: Stoa) -> list[list[str]]:
    """Every report: number, policy, words, whom it is about, and the freeze that it asked for."""
    rows: list[list[str]] = json.loads(stoa.manage("shell", "--verbosity", "0", "--command", REPORTS))
    return rows


def news(visitor: Visitor) -> list[str]:
    """What the page says beside the room itself: banners, toasts, sheets, and what is read aloud."""
    told: list[str] = visitor.page.locator("#banners, #toasts, dialog[open], #assertive").all_inner_texts()
    return told


def face(page: Page, name: str) -> Any:
    """The face on stage."""
    return page.get_by_role("button", name=re.compile(f"^{name}, on stage"))


def test_carol_reports_bob_with_two_taps_on_his_sheet_while_he_speaks(
    visit: Visit, phone: dict[str, Any], stoa: Stoa, room: tuple[str, Visitor]
) -> None:
    room_id, bob = room
    carol = visit("carol", **phone)
    talk.enter(carol, room_id)
    carol.hears(HUM)
    before = news(bob)
    page = carol.page
    tap(face(page, "Bob"))
    tap(talk.sheet(carol, "Report"))
    expect(page.get_by_role("dialog", name="Report Bob")).to_contain_text("last 60 seconds")
    tap(talk.sheet(carol, "Harassment"))
    receipt = page.get_by_role("dialog", name="Thank you, it is reported")
    number = receipt.locator(".code").inner_text()
    assert [row[:4] for row in made(stoa) if row[0] == number] == [[number, "harassment", "", "bob"]]
    assert next(row for row in made(stoa) if row[0] == number)[4], "nothing was frozen"
    carol.hears(HUM)  # she is in the room all the while
    assert news(bob) == before
    receipt.get_by_label("Anything to add?").fill("He calls her names.")
    tap(receipt.get_by_role("button", name="Add", exact=True))
    expect(receipt.locator("form [role=status]")).to_have_text("Added.")
    assert next(row for row in made(stoa) if row[0] == number)[2] == "He calls her names."
    tap(receipt.get_by_role("button", name="Leave the room"))
    expect(page.get_by_role("heading", name="You left quietly")).to_be_visible()
    page.goto(f"/privacy/reports/{number}/")
    expect(
        page.get_by_text("Nobody has looked at it yet").or_(page.get_by_text("waits for a moderator"))
    ).to_be_visible()


def test_a_room_is_reported_by_keyboard_alone(visit: Visit, stoa: Stoa, room: tuple[str, Visitor]) -> None:
    room_id, _ = room
    dana = visit("dana")
    talk.enter(dana, room_id)
    page = dana.page
    page.locator("#dock-more").focus()
    page.keyboard.press("Enter")
    press(page, "Report the room")
    expect(page.get_by_role("heading", name="Report Slow Sunday")).to_be_focused()
    press(page, "Spam or advertising")
    receipt = page.get_by_role("heading", name="Thank you, it is reported")
    expect(receipt).to_be_focused()
    number = page.get_by_role("dialog").locator(".code").inner_text()
    assert [row[1:4] for row in made(stoa) if row[0] == number] == [["spam", "", None]]
    page.keyboard.press("Escape")
    expect(page.locator("#dock-more")).to_be_focused()


def press(page: Page, words: str) -> None:
    """Nothing: the button of the open sheet that begins with `words` was reached with Tab and pressed."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").startswith(words):
            return page.keyboard.press("Enter")
    pytest.fail(f"no button {words!r} to be reached")


def test_what_cannot_be_sent_says_so_and_can_be_sent_again(visit: Visit, stoa: Stoa, room: tuple[str, Visitor]) -> None:
    erin = visit("erin")
    talk.enter(erin, room[0])
    count = len(made(stoa))
    face(erin.page, "Bob").click()
    talk.sheet(erin, "Report").click()
    erin.page.route("**/reports/", lambda route: route.abort())
    talk.sheet(erin, "Harassment").click()
    expect(erin.page.get_by_role("dialog").get_by_role("alert").first).to_contain_text("nothing was sent")
    assert len(made(stoa)) == count
    erin.page.unroute("**/reports/")
    talk.sheet(erin, "Harassment").click()
    expect(erin.page.get_by_role("dialog", name="Thank you, it is reported")).to_be_visible()
    assert len(made(stoa)) == count + 1
    erin.forgive("Failed to load resource")


@pytest.fixture(scope="module")
def decided(stoa: Stoa) -> tuple[int, str, str]:
    """The decision on bob, carol's report that led to it, and her report that waits."""
    stoa.sign_in("bob", "carol", "femi")
    pk, done, waiting = json.loads(stoa.manage("shell", "--verbosity", "0", "--command", DECIDED))
    return pk, done, waiting


def test_the_pages_of_those_whom_it_concerns(visit: Visit, decided: tuple[int, str, str], look: dict[str, Any]) -> None:
    decision, done, waiting = decided
    bob, carol = visit("bob", **look), visit("carol", **look)
    seen = Inspector(bob.page)
    seen.visit("/privacy/decisions/", f"/privacy/decisions/{decision}/", "/privacy/reports/", "/privacy/", "/me/")
    appeal = Inspector(carol.page, seen.found)
    appeal.visit(
        "/privacy/decisions/", "/privacy/reports/", f"/privacy/reports/{done}/", f"/privacy/reports/{waiting}/"
    )
    stranger = visit(**look)
    outside = Inspector(stranger.page, seen.found)
    outside.visit("/report/")
    stranger.page.locator("[name=policy]").select_option("illegal")
    stranger.page.locator("[name=where]").fill("Slow Sunday, last night")
    stranger.page.locator("[name=what]").fill("Somebody sold weapons.")
    stranger.page.locator("[name=good_faith]").check()
    stranger.page.locator("main .button.primary").click()
    stranger.page.locator(".new-code").wait_for()
    outside.look("the receipt of a notice")
    outside.visit("/report/aaaaaaaaaaaa/")
    stranger.forgive("404")
    seen.assert_nothing_found()


def test_the_sheets_of_a_report(visit: Visit, room: tuple[str, Visitor], look: dict[str, Any]) -> None:
    carol = visit("carol", **look)
    page = carol.page
    page.goto(f"/r/{room[0]}")
    page.locator("#join").click()
    talk.connected(carol)
    inspector = Inspector(page)
    page.locator("#stage button").last.click()
    page.locator("dialog .menu-item:has(use[href='#i-flag'])").click()
    inspector.look("reasons")
    in_sight(page.locator(".reasons button").first)
    page.locator(".reasons button").nth(2).click()
    page.locator("dialog .code").wait_for()
    inspector.look("the receipt")
    inspector.assert_nothing_found()
