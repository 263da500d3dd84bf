"""A reviewer who trusts nobody: comes in for a week, looks, takes the evidence home, and checks it there alone."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page

from moderation.audit.note import Signer
from tests.flows import chromium, stack
from tests.flows.album import ALBUMS, LANGUAGES, SIZES, Album, choose
from tests.flows.axe import Inspector
from tests.flows.chromium import Visitor
from tests.flows.door import come_in, second_factor
from tests.flows.stack import Stoa, fetch, until

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
PAGES = {
    "console": "/console/",
    "console-log": "/console/log/?action=account.sign_in",
    "console-entry": "/console/log/2/",
    "console-controls": "/console/controls/",
    "console-review": "/console/review/",
    "console-findings": "/console/findings/",
    "console-statements": "/console/statements/",
    "console-lawful": "/console/lawful/",
    "console-cases": "/console/cases/",
    "console-live": "/console/live/",
    "console-powers": "/console/powers/",
    "console-quality": "/console/quality/",
    "console-names": "/console/names/",
    "console-policies": "/console/policies/",
    "console-staff": "/console/staff/",
    "console-retention": "/console/retention/",
}

UNMADE = """
from datetime import timedelta
from django.utils import timezone
from moderation.models import Review

now = timezone.now()
asked = {"profile": "cn", "start": now - timedelta(days=30), "end": now, "run_at": now}
for tried in ({}, {"tries": 3, "failed_at": now}):
    print(Review.objects.create(**asked, **tried, due_at=now + timedelta(days=1)).pk)
"""
"""Run by `manage.py shell`: prints the numbers of a report that is being made, and of one that could not be made."""

GAPS = """(fields) => fields.map((field) => {
  const words = field.querySelector(".help") ?? field.querySelector("label");
  return field.querySelector("input, select").getBoundingClientRect().top - words.getBoundingClientRect().bottom;
})"""
"""How far each control stands below the words that name or explain it."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa whose log nobody else writes."""
    with stack.running(tmp_path_factory.mktemp("reviewed")) as running:
        until("the log is sealed", lambda: fetch("GET", f"{running.url}/audit/checkpoint", {})[0] == 200, 30)
        yield running


@pytest.fixture(scope="module")
def reviewer(browser: Browser, own: Stoa) -> Iterator[Visitor]:
    """Rita, whom the operator lets in for a week, with an app that shows codes."""
    visitor = chromium.visit(browser, own)
    come_in(visitor.page, own, "rita")
    own.manage("staff", "grant", "rita", "reviewer", "--days", "7")
    visitor.page.goto("/console/")
    visitor.page.get_by_role("heading", name="Add a second factor first").wait_for()
    inspector = Inspector(visitor.page)
    inspector.look("without a second factor")
    inspector.assert_nothing_found()
    visitor.forgive("403")
    second_factor(visitor.page)
    visitor.page.get_by_role("heading", name="Console", exact=True).wait_for()
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def test_the_reviewer_sees_every_control_and_when_it_last_passed(reviewer: Visitor) -> None:
    page = reviewer.page
    page.goto("/console/controls/")
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("All controls were checked.").wait_for()
    sealed = page.locator("li[id='log.insert_only']")
    assert re.search(r"tried ([1-9]\d*) times .* refused \1 times", sealed.inner_text())
    assert sealed.locator(".pill").inner_text() == "Fulfilled"
    assert page.locator("main li .pill").filter(has_text="Not checked yet").count() == 0


def test_a_control_stands_right_below_its_words_beside_one_that_needs_more_of_them(reviewer: Visitor) -> None:
    page = reviewer.page
    page.goto("/console/log/")
    fields = page.locator(".fields > .field")
    assert fields.filter(has=page.locator(".help")).count() < fields.count()
    assert max(fields.evaluate_all(GAPS)) < 12


def test_the_newest_checkpoint_unfolds_and_its_line_shows_that_it_does(reviewer: Visitor) -> None:
    page = reviewer.page
    page.goto("/console/log/")
    line = page.locator("footer summary")
    assert line.evaluate("(one) => getComputedStyle(one).display") == "list-item"  # any other loses the sign
    line.click()
    page.locator("footer pre").wait_for()


@pytest.fixture(scope="module")
def report(reviewer: Visitor) -> str:
    """Where the report of a review of the last month is read."""
    page = reviewer.page
    page.goto("/console/review/")
    page.get_by_role("button", name="Run the review").click()
    page.get_by_role("heading", name="Security self-assessment report").wait_for()
    return page.url


def test_the_review_of_the_last_month_is_read_in_both_languages(reviewer: Visitor, report: str) -> None:
    page = reviewer.page
    page.goto(report)
    for title in ("1. The service", "2. Management systems", "3. Conclusion", "4. Other matters"):
        assert page.get_by_role("heading", name=title).count() == 1
    page.get_by_role("link", name="中文").click()
    page.get_by_role("heading", name="互联网信息服务安全自评估报告").wait_for()
    assert page.locator("main h3").filter(has_text="（八）").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


@pytest.fixture(scope="module")
def evidence(reviewer: Visitor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as it was downloaded, in a folder far from ours, with the verifier out of it beside it."""
    reviewer.page.goto("/console/review/")
    with reviewer.page.expect_download() as download:
        reviewer.page.get_by_role("button", name="Download the bundle").click()
    path = tmp_path_factory.mktemp("home") / "stoa-evidence.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as bundle:
        bundle.extract("verify.py", path.parent)
    return path


def verify(evidence: Path, *arguments: str) -> tuple[int, str]:
    """What the verifier answers: plain Python with nothing installed, and no environment of ours."""
    command = [sys.executable, "-I", "-S", "verify.py", evidence.name, *arguments]
    done = subprocess.run(command, cwd=evidence.parent, env={}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_evidence_is_verified_at_home(reviewer: Visitor, own: Stoa, evidence: Path, report: str) -> None:
    status, said = verify(evidence)
    assert (status, said[:4]) == (0, "yes:")
    with zipfile.ZipFile(evidence) as bundle:
        key = bundle.read("keys").decode().splitlines()[0]
    assert key in own.manage("audit", "keys")
    assert verify(evidence, "--key", key)[0] == 0
    stranger = Signer(key.partition("+")[0], Ed25519PrivateKey.generate())
    assert verify(evidence, "--key", str(stranger.key))[0] == 1
    reviewer.page.goto(report)
    with reviewer.page.expect_download() as download:
        reviewer.page.get_by_role("link", name="Signed annex").click()
    annex = evidence.with_name("annex.txt")
    download.value.save_as(annex)
    status, said = verify(annex, "--key", key)
    assert (status, said[:27]) == (0, "yes: this note is genuine\n ")
    annex.write_bytes(annex.read_bytes().replace(b'"people":', b'"peoplf":', 1))
    assert verify(annex, "--key", key)[0] == 1


def flipped(lines: list[bytes]) -> list[bytes]:
    """One letter of the third entry is another."""
    return [*lines[:2], lines[2].replace(b'"action', b'"actiom', 1), *lines[3:]]


def dropped(lines: list[bytes]) -> list[bytes]:
    """The third entry is gone."""
    return [*lines[:2], *lines[3:]]


def reordered(lines: list[bytes]) -> list[bytes]:
    """The third entry stands behind the fourth."""
    return [*lines[:2], lines[3], lines[2], *lines[4:]]


def forged(lines: list[bytes]) -> list[bytes]:
    """The third entry is the second once more, under its own number."""
    return [*lines[:2], lines[1].replace(b'"index":1,', b'"index":2,', 1), *lines[3:]]


@pytest.mark.parametrize("hand", [flipped, dropped, reordered, forged], ids=lambda hand: hand.__name__)
def test_evidence_that_somebody_had_a_hand_in_is_refused_and_it_is_said_where(
    evidence: Path, hand: Callable[[list[bytes]], list[bytes]]
) -> None:
    changed = evidence.with_name(f"{hand.__name__}.zip")
    with zipfile.ZipFile(evidence) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "entries.jsonl":
                lines = data.splitlines(keepends=True)
                assert hand(lines) != lines
                data = b"".join(hand(lines))
            target.writestr(name, data)
    status, said = verify(changed)
    assert status == 1
    assert said.startswith("no: entries.jsonl, line 3")


@pytest.mark.parametrize(("size", "language"), ALBUMS)
def test_every_page_of_the_console(
    size: str, language: str, reviewer: Visitor, report: str, own: Stoa, browser: Browser
) -> None:
    page = reviewer.page
    state = page.context.storage_state()
    look = {"viewport": SIZES[size], "locale": LANGUAGES[language], "service_workers": "block"}
    visitor = chromium.visit(browser, own, storage_state=state, **look)  # type: ignore[arg-type]  # Playwright's options
    choose(visitor.page, language)
    faults: list[str] = []
    album = Album(visitor, size, language, faults)
    album.tour(PAGES)
    unmade = zip(
        ("making", "unmade"), own.manage("shell", "--verbosity", "0", "--command", UNMADE).split(), strict=True
    )
    album.tour({"console-report": report} | {f"console-{name}": f"/console/review/{pk}/" for name, pk in unmade})
    keep(visitor.page, report)
    album.take("console-document")
    visitor.page.context.close()
    visitor.forgive("Service Worker")  # there is none, as said above
    assert visitor.complaints == []
    left = [fault for fault in faults if not re.search("[\u4e00-\u9fff]", fault)]  # names of settings stand in Chinese
    assert not left, "\n".join(left)


def test_the_console_has_nothing_for_axe_to_find(reviewer: Visitor, report: str, own: Stoa) -> None:
    inspector, unmade = Inspector(reviewer.page), own.manage("shell", "--verbosity", "0", "--command", UNMADE)
    inspector.visit(*PAGES.values(), report, *(f"/console/review/{pk}/" for pk in unmade.split()))
    keep(reviewer.page, report)
    inspector.look("a report to keep")
    inspector.assert_nothing_found()


def keep(page: Page, report: str) -> None:
    """Nothing: the page shows the report that one downloads: a file at home, which no policy of ours binds."""
    kept = page.request.get(f"{report}report.html").text()
    page.goto("about:blank")
    page.set_content(kept)


def test_a_senior_opens_what_a_reviewer_does_not_see(reviewer: Visitor, own: Stoa) -> None:
    own.manage("staff", "grant", "rita", "senior")
    album, inspector = Album(reviewer, "desktop", "en", []), Inspector(reviewer.page)
    reviewer.page.emulate_media(reduced_motion="reduce")
    choose(reviewer.page, "en")
    for name in ("findings", "statements", "review", "lawful", "powers", "policies", "staff", "retention", "names"):
        reviewer.page.goto(f"/console/{name}/")
        opener = reviewer.page.locator("main details > summary").first
        if opener.count():
            opener.click()
        assert reviewer.page.locator("main form").count() > 0
        inspector.look(name)
        album.take(f"senior-{name}")
    assert reviewer.page.locator("html").get_attribute("lang") == "en", "each folder has its own language"
    inspector.assert_nothing_found()
    assert album.faults == []


def test_whoever_is_taken_off_the_staff_is_outside_at_once(reviewer: Visitor, own: Stoa) -> None:
    own.manage("staff", "revoke", "rita")
    answer = reviewer.page.goto("/console/log/")
    assert answer is not None
    assert answer.status == 403
    reviewer.page.wait_for_load_state("networkidle")
    reviewer.forgive("403")
