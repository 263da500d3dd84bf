"""Carol reports bob while he speaks; dana hears it and decides; he is silent, reads why and appeals; femi overturns."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.flows import chromium, stack, talk
from tests.flows.chromium import AUDIBLE, HUM, Visitor
from tests.flows.door import code, come_in, second_factor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(600)]

LOUDSPEAKER = Path(__file__).with_name("loudspeaker.js")
WHISTLE = 660
"""Hz of alice's microphone, which is open and muted."""
SILENT_WITHIN = 1000
"""Milliseconds from the decision until nobody hears the speaker."""
STALE = """
from django.contrib.sessions.backends.db import SessionStore

session = SessionStore(%r)
for way in session["account_authentication_methods"]:
    way["at"] -= 20 * 60
session.save()
"""
"""Run by `manage.py shell`: what this session has shown, it showed twenty minutes ago."""
CASE = """
import json
from moderation.models import Case, Report

case = Report.objects.get(number=%r).case
seen = [(hint.kind, hint.model, hint.facts.get("flags", [])) for hint in case.hints.all()]
voices = [track.user.username for track in case.evidence.select_related("user")]
print(json.dumps({"case": case.pk, "step": case.step, "state": case.state, "hints": seen, "voices": voices}))
"""
"""Run by `manage.py shell`: prints how far a report's case is."""
STEPS = (
    "case.open",
    "report.make",
    "evidence.seal",
    "evidence.answer",
    "case.claim",
    "evidence.ask",
    "evidence.approve",
    "evidence.open",
    "case.decide",
    "decision.make",
    "account.suspend",
    "decision.read",
    "case.appeal",
    "case.hear",
    "account.restore",
    "decision.undo",
    "appeal.overturned",
)
"""What the log tells of the case, in this order, whatever else stands between."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa whose log and worker are ours alone."""
    with stack.running(tmp_path_factory.mktemp("moderated")) as running:
        running.sign_in("alice", "bob", "carol")
        yield running


@dataclass
class Desk:
    """Somebody of the staff at a browser, whose app shows the codes of `secret`; `used` is the last one given."""

    visitor: Visitor
    secret: str
    used: str

    @property
    def page(self) -> Page:
        return self.visitor.page


@pytest.fixture(scope="module")
def staff(browser: Browser, own: Stoa) -> Iterator[dict[str, Desk]]:
    """Dana, a moderator, and femi, a senior one."""
    desks: dict[str, Desk] = {}
    for name, role in (("dana", "moderator"), ("femi", "senior")):
        visitor = chromium.visit(browser, own)
        visitor.page.add_init_script(path=LOUDSPEAKER)
        come_in(visitor.page, own, name)
        own.manage("staff", "grant", name, role)
        secret = second_factor(visitor.page)
        desks[name] = Desk(visitor, secret, code(secret))
    yield desks
    for desk in desks.values():
        desk.page.context.close()
    assert [complaint for desk in desks.values() for complaint in desk.visitor.complaints] == []


@pytest.fixture(scope="module")
def whistler(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose microphone plays another tone."""
    running = chromium.launch(playwright, chromium.hum(tmp_path_factory.mktemp("sound") / "whistle.wav", WHISTLE))
    yield running
    running.close()


@dataclass
class Story:
    """One room, and all who have a part in what happens in it."""

    stoa: Stoa
    room: str
    alice: Visitor
    bob: Visitor
    carol: Visitor
    dana: Desk
    femi: Desk
    number: str = ""
    case: str = ""
    reported: float = 0
    silence: float = 0

    def carol_reports_bob_with_two_taps_on_his_sheet(self) -> None:
        page = self.carol.page
        page.get_by_role("button", name=re.compile("^Bob, on stage")).click()
        talk.sheet(self.carol, "Report").click()
        talk.sheet(self.carol, "Harassment").click()
        receipt = page.get_by_role("dialog", name="Thank you, it is reported")
        self.number = receipt.locator(".code").inner_text()
        self.reported = time.monotonic()
        page.keyboard.press("Escape")
        self.case = str(self.told()["case"])
        self.carol.hears(HUM)

    def dana_claims_the_case(self) -> None:
        self.dana.page.goto("/console/cases/")
        self.dana.page.get_by_role("button", name=f"Claim {self.case}", exact=True).click()
        self.dana.page.get_by_text("The case is yours.").wait_for()

    def dana_asks_to_open_the_evidence(self) -> None:
        page = self.dana.page
        page.get_by_label("Why do you need to hear it?").fill("Only the sound tells whether it is a threat.")
        page.get_by_role("button", name="Ask to open it").click()
        page.get_by_text("Waits for a senior moderator").wait_for()
        assert page.get_by_role("button", name="Fetch the sound").count() == 0

    def femi_approves_with_a_second_factor_that_is_fresh(self) -> None:
        page = self.femi.page
        session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid")
        self.stoa.manage("shell", "--verbosity", "0", "--command", STALE % session["value"])
        page.goto(f"/console/cases/{self.case}/")
        approve = page.get_by_role("button", name="Approve", exact=True)
        approve.click()
        show_code(self.femi)
        page.wait_for_url(f"**/console/cases/{self.case}/")
        approve.click()
        page.get_by_text("Approved, for 30 minutes.").wait_for()

    def dana_hears_bob_alone(self) -> None:
        page = self.dana.page
        page.goto(f"/console/cases/{self.case}/")
        expect(page.locator(".track")).to_have_count(1)
        expect(page.locator(".track")).to_contain_text("Bob")
        page.get_by_role("button", name="Fetch the sound").click()
        page.locator(".wave.ready svg").wait_for()
        page.get_by_role("button", name="Play", exact=False).click()
        until("dana hears the tone", lambda: page.evaluate(f"loudspeaker({HUM})") > AUDIBLE)
        assert page.evaluate(f"loudspeaker({HUM}) - loudspeaker({WHISTLE})") > 30

    def dana_suspends_him_and_carol_hears_no_more_of_him(self) -> None:
        page = self.dana.page
        self.carol.hears(HUM)
        page.get_by_role("radio", name="Suspend", exact=False).check()
        page.get_by_label("What happened").fill("He shouted at her.")
        page.locator("#preview").get_by_text("账号已暂停").wait_for()
        begun = page.evaluate("performance.timeOrigin + performance.now()")
        page.get_by_role("button", name="Decide", exact=True).click()
        self.carol.silence_falls(5)
        self.silence = self.carol.page.evaluate("ears.ended") - begun
        page.get_by_text("Done.").wait_for()

    def bob_reads_why_in_his_language(self) -> None:
        page = self.bob.page
        screen = page.locator("#screen")
        screen.get_by_text("骚扰").wait_for(timeout=2000)
        expect(screen).to_contain_text("He shouted at her.")
        page.goto(f"/r/{self.room}")
        assert page.locator("#join").count() == 0
        page.get_by_role("link", name="查看原因或申诉").click()
        page.locator("main li a, main .list a").first.click()
        statement = page.locator(".statement")
        expect(statement).to_contain_text("账号已暂停")
        expect(statement).to_contain_text("He shouted at her.")
        assert not re.search("carol", page.locator("main").inner_text(), re.IGNORECASE)

    def bob_appeals(self) -> None:
        page = self.bob.page
        page.locator("#appeal textarea").fill("我没有骂她，我在唱歌。")
        page.get_by_role("button", name="提交申诉").click()
        page.get_by_role("heading", name="您的申诉").wait_for()

    def dana_who_decided_may_not_hear_it(self) -> None:
        self.dana.page.goto(f"/console/cases/{self.case}/")
        assert self.dana.page.get_by_role("button", name="Answer", exact=True).count() == 0

    def femi_overturns_it(self) -> None:
        page = self.femi.page
        page.goto(f"/console/cases/{self.case}/")
        expect(page.locator("main")).to_contain_text("我没有骂她，我在唱歌。")
        page.get_by_role("radio", name="The decision is overturned").check()
        page.get_by_label("Reasons", exact=True).fill("It is a song.")
        page.get_by_role("button", name="Answer", exact=True).click()
        page.get_by_text("The appeal is answered.").wait_for()

    def bob_is_told_and_comes_in_again(self) -> None:
        page = self.bob.page
        page.reload()
        expect(page.locator("#appeal")).to_contain_text("It is a song.")
        page.goto(f"/r/{self.room}")
        page.locator("#join").click()
        talk.connected(self.bob)

    @property
    def way(self) -> list[Callable[[], None]]:
        """Every step, in order."""
        return [
            self.carol_reports_bob_with_two_taps_on_his_sheet,
            self.dana_claims_the_case,
            self.dana_asks_to_open_the_evidence,
            self.femi_approves_with_a_second_factor_that_is_fresh,
            self.dana_hears_bob_alone,
            self.dana_suspends_him_and_carol_hears_no_more_of_him,
            self.bob_reads_why_in_his_language,
            self.bob_appeals,
            self.dana_who_decided_may_not_hear_it,
            self.femi_overturns_it,
            self.bob_is_told_and_comes_in_again,
        ]

    def told(self) -> dict[str, Any]:
        """What the database has of the case."""
        found: dict[str, Any] = json.loads(
            self.stoa.manage("shell", "--verbosity", "0", "--command", CASE % self.number)
        )
        return found


def show_code(desk: Desk) -> None:
    """Nothing: a code that the app shows was given; each counts once."""
    until("the app shows another code", lambda: code(desk.secret) != desk.used, 40)
    desk.used = code(desk.secret)
    desk.page.locator("input[name=code]").fill(desk.used)
    desk.page.get_by_role("button", name="Confirm").click()


@pytest.fixture
def story(browser: Browser, whistler: Browser, own: Stoa, staff: dict[str, Desk]) -> Iterator[Story]:
    """A room in which bob speaks, alice is on stage with her microphone muted, and carol listens."""
    room = own.room("alice", "Slow Sunday")
    with ExitStack() as ends:
        alice = chromium.visit(whistler, own, "alice")
        bob = chromium.visit(browser, own, "bob", locale="zh-CN")
        carol = chromium.visit(browser, own, "carol")
        for visitor in (alice, bob, carol):
            ends.callback(visitor.page.context.close)
        talk.enter(alice, room)
        talk.dock(alice, "Turn mic on").click()
        talk.open_microphone(alice)
        talk.sheet(alice, "Stay muted").click()
        talk.enter(carol, room)
        bob_goes_on_stage(alice, bob, room)
        carol.hears(HUM)
        yield Story(own, room, alice, bob, carol, staff["dana"], staff["femi"])
        assert alice.complaints + carol.complaints == []


def bob_goes_on_stage(alice: Visitor, bob: Visitor, room: str) -> None:
    """Nothing: bob, who reads Chinese, is heard."""
    page = bob.page
    page.goto("/")
    page.locator("[popovertarget=me-menu]").click()
    with page.expect_navigation():
        page.locator("button[name=language][value^=zh]").click()
    page.goto(f"/r/{room}")
    page.locator("#join").click()
    talk.connected(bob)
    talk.dock(bob, "举手").click()
    alice.page.get_by_role("button", name="Invite Bob to speak").click()
    page.get_by_role("button", name="接受", exact=True).click()
    talk.sheet(bob, "使用我的麦克风").click()
    talk.sheet(bob, "上台").first.click()
    talk.dock(bob, "大家能听到").wait_for()


def exported(stoa: Stoa, folder: Path, case: str) -> list[str]:
    """What the log tells of the case, from a bundle that verifies far from here."""
    bundle = folder / "bundle.zip"

    def tells() -> list[str]:
        bundle.unlink(missing_ok=True)
        stoa.manage("audit", "export", str(bundle))
        with zipfile.ZipFile(bundle) as parts:
            parts.extract("verify.py", folder)
            lines = [json.loads(line) for line in parts.read("entries.jsonl").splitlines()]
        leaves = [json.loads(line["leaf"]) for line in lines]
        told = [leaf["action"] for leaf in leaves if leaf.get("case") == case]
        return told if STEPS[-1] in told else []

    told = until("the log is sealed", tells, 40)
    command = [sys.executable, "-I", "-S", "verify.py", bundle.name]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:4]) == (0, "yes:"), done.stdout
    assert "The log is whole" in stoa.manage("audit", "verify")
    return told


def in_order(told: list[str]) -> list[str]:
    """The steps that `told` has in their order."""
    rest = iter(told)
    return [step for step in STEPS if step in rest]


def finished(story: Story) -> dict[str, Any]:
    """What there is of the case, once the worker is done with it."""
    return until("the case is done", lambda: told if (told := story.told())["step"] == "done" else None, 120)


def test_a_report_leads_to_evidence_a_decision_an_appeal_and_the_log(
    story: Story, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    for step in story.way:
        step()
    assert story.silence <= SILENT_WITHIN
    figure(f"from the moderator's click to silence at a listener: {story.silence:.0f} ms")
    told = finished(story)
    figure(f"a case was through all steps within {time.monotonic() - story.reported:.0f} s, with {told['hints']}")
    assert told["voices"] == ["bob"]
    assert {kind for kind, *_ in told["hints"]} >= {"sound", "transcript"}
    assert in_order(exported(story.stoa, tmp_path, story.case)) == list(STEPS)


def test_the_same_with_the_worker_killed_between_any_two_steps(story: Story, tmp_path: Path) -> None:
    for step in story.way:
        step()
        until("the worker is there", lambda: story.stoa.children("hostname worker"), 30)
        for pid in story.stoa.children("hostname worker"):
            os.kill(pid, signal.SIGKILL)
    told = finished(story)
    assert (told["state"], told["voices"]) == ("closed", ["bob"])
    assert in_order(exported(story.stoa, tmp_path, story.case)) == list(STEPS)
