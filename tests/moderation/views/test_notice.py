"""`/report/`: what erin, who has no account, tells the staff."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from moderation.actions import decisions, reports
from moderation.actions.decisions import Verdict
from moderation.audit import keys, verify
from moderation.audit.models import Entry
from moderation.audit.sequence import seal
from moderation.measures import Measure
from moderation.models import About, Case, Channel, Report
from moderation.policies import Policy
from moderation.staff import Role
from moderation.views import notice
from tests.accounts.pages import text
from tests.audit_triggers import lifted
from tests.log import entries, entry
from tests.moderation.desk import claimed, complaint, moderator
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db
SAID = {
    "policy": "illegal",
    "where": "https://stoa.example/r/abc",
    "what": "Somebody sells weapons.",
    "email": "erin@example.org",
    "good_faith": "on",
}


@pytest.fixture
def erin() -> Client:
    return Client(headers={"user-agent": "tests"})


def sent(browser: Client, **other: str) -> Any:
    return browser.post("/report/", {**SAID, **other})


def bare(answer: Any) -> str:
    """The page without what is new in each answer."""
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", text(answer))


def test_a_notice_needs_no_account_and_leads_to_its_number(erin: Client) -> None:
    answer = sent(erin)
    report = Report.objects.get()
    assert answer.headers["Location"] == f"/report/{report.number}/"
    assert (report.channel, report.reporter, report.email) == (Channel.NOTICE, None, "erin@example.org")
    assert report.words == f"{SAID['where']}\n\n{SAID['what']}"
    assert Case.objects.get().about == About.NOTICE
    page = text(erin.get(f"/report/{report.number}/"))
    assert report.number in page
    assert "Nobody has looked at it yet" in page
    assert "sends no e-mail" in page
    assert entry(action="report.make").actor == ""


@pytest.mark.parametrize(
    "other",
    [
        {"good_faith": ""},
        {"what": " "},
        {"where": ""},
        {"policy": "reporting"},
        {"policy": ""},
        {"email": "erin"},
        {"what": "a" * 781},
        {"where": "a" * 201},
    ],
)
def test_what_is_missing_is_asked_for_again(erin: Client, other: dict[str, str]) -> None:
    answer = sent(erin, **other)
    assert answer.status_code == 200
    assert "errorlist" in text(answer)
    assert not Report.objects.exists()
    assert not entries(action="report.make")


def test_an_address_may_be_left_out_and_the_longest_notice_fits(erin: Client) -> None:
    assert sent(erin, email="", what="a" * 780, where="b" * 200).status_code == 302
    assert Report.objects.get().email == ""
    assert len(Report.objects.get().words) <= 1000


def test_a_notice_from_another_site_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sent(strict).status_code == 403
    assert not Report.objects.exists()


def test_nobody_floods_the_staff_with_notices(erin: Client) -> None:
    answers = [sent(erin, what=f"It is the {number}. time.").status_code for number in range(notice.NOTICES.limit + 1)]
    assert answers == [302] * notice.NOTICES.limit + [429]
    assert Report.objects.count() == notice.NOTICES.limit
    assert entry(action="report.make", result="refused").reason == "too_many"


def test_without_its_counters_the_form_is_closed(erin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object, **_more: object) -> bool:
        raise throttle.Unavailable

    monkeypatch.setattr(throttle, "hit", away)
    assert sent(erin).status_code == 503
    assert not Report.objects.exists()


def test_a_number_tells_nothing_but_what_became_of_it(erin: Client) -> None:
    sent(erin)
    number = Report.objects.get().number
    stranger = Client()
    page = text(stranger.get(f"/report/{number}/"))
    for secret in (SAID["what"], SAID["email"], SAID["where"]):
        assert secret not in page
    assert stranger.get(f"/report/{number}/").headers["X-Robots-Tag"] == "noindex"


def test_a_members_report_and_a_wrong_number_are_the_same_to_strangers(erin: Client, bob: User, carol: User) -> None:
    made = reports.report_person(carol, bob.uid, complaint(), source=SOURCE, now=timezone.now())
    known, unknown = erin.get(f"/report/{made.number}/"), erin.get("/report/aaaaaaaaaaaa/")
    assert known.status_code == unknown.status_code == 404
    assert bare(known).replace(made.number, "aaaaaaaaaaaa") == bare(unknown)


def test_numbers_are_not_guessed(erin: Client) -> None:
    sent(erin)
    number = Report.objects.get().number
    for _ in range(notice.NUMBERS.limit + 5):
        assert erin.get(f"/report/{number}/").status_code == 200
    answers = {erin.get(f"/report/{'a' * 10}{count:02}/").status_code for count in range(notice.NUMBERS.limit)}
    assert answers == {404}
    assert erin.get("/report/aaaaaaaaaaaa/").status_code == 429
    assert entry(action="report.read").reason == "too_many"


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        (" ABCD efgh 2345 ", "/report/abcdefgh2345/"),
        ("https://stoa.example/report/abcdefgh2345/", "/report/abcdefgh2345/"),
        ("", "/report/"),
    ],
)
def test_a_number_is_found_as_people_type_it(erin: Client, typed: str, leads: str) -> None:
    assert erin.get("/report/find/", {"number": typed}).headers["Location"] == leads


@pytest.mark.parametrize("typed", ["/", "a/b", "..", "find", "abcdefgh2345x", "\N{FULLWIDTH DIGIT ONE}" * 12])
def test_what_can_be_no_number_is_nobodys(erin: Client, typed: str) -> None:
    answer = erin.get("/report/find/", {"number": typed})
    assert answer.status_code == 404
    assert "No notice has this number" in text(answer)


def test_the_outcome_is_told_with_its_reasons_and_the_address_forgotten(erin: Client) -> None:
    sent(erin)
    report, femi = Report.objects.get(), moderator("Femi", Role.SENIOR)
    verdict = Verdict(Measure.NONE, Policy.ILLEGAL, "They sold books.")
    decisions.decide(claimed(report.case, femi).pk, verdict, by=femi, now=timezone.now(), source=SOURCE)
    page = text(erin.get(f"/report/{report.number}/"))
    assert "We found that no rule was broken." in page
    assert "They sold books." in page
    assert "Femi" not in page
    kept = Report.objects.get()
    assert (kept.email, kept.told_at is None) == ("", False)


@pytest.mark.django_db(transaction=True)
def test_a_notice_has_a_proof_that_is_checked_offline_and_opens_nothing(erin: Client, bob: User, carol: User) -> None:
    sent(erin)
    number = Report.objects.get().number
    path = f"/report/{number}/proof/"
    assert erin.get(path).status_code == 503
    assert "can be downloaded ten seconds after" in text(erin.get(f"/report/{number}/"))
    seal(timezone.now())
    assert path in text(erin.get(f"/report/{number}/"))
    answer = erin.get(path)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="stoa-report-{number}.tlog-proof"'
    verdict = verify.verify_proof(answer.content, verify.Trust(keys=tuple(keys.vkeys())))
    assert (verdict.count, verdict.opened) == (1, 0)
    extra = json.loads(verify.parse_proof(answer.content).extra)
    assert (json.loads(extra["leaf"])["action"], extra["openings"]) == ("report.make", {})
    members = reports.report_person(carol, bob.uid, complaint(), source=SOURCE, now=timezone.now()).number
    for other in (members, "aaaaaaaaaaaa"):
        assert erin.get(f"/report/{other}/proof/").status_code == 404


def test_a_proof_that_the_log_keeps_no_more_is_gone(erin: Client) -> None:
    sent(erin)
    number = Report.objects.get().number
    with lifted():
        Entry.objects.filter(action="report.make").delete()
    answer = erin.get(f"/report/{number}/proof/")
    assert (answer.status_code, "does not keep this entry any more" in answer.text) == (410, True)


def test_members_are_shown_the_quicker_way(carol: User) -> None:
    browser = Client()
    browser.force_login(carol)
    assert "it is quicker" in text(browser.get("/report/"))
    assert 'href="/report/"' in text(browser.get("/"))
