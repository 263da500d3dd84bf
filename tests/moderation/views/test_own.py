"""`/privacy/decisions/` and `/privacy/reports/`: bob reads and appeals; carol sees what became of her report."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import appeals, decisions, reports
from moderation.actions.decisions import Verdict
from moderation.audit import keys, verify
from moderation.measures import Measure
from moderation.models import Appeal, Decision, Report, Result
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.accounts.pages import text
from tests.log import entries, entry
from tests.moderation.audit.stored import seal
from tests.moderation.desk import DAY, claimed, complaint, moderator
from tests.rooms.scenes import SOURCE, member

pytestmark = pytest.mark.django_db
FACTS = "He shouted at <Dana>."
WHY = "I only sang."


@pytest.fixture
def report(room: Room, bob: User, carol: User) -> Report:
    number = member(bob, room).number
    return reports.report_member(carol, room.pk, number, complaint(), source=SOURCE, now=timezone.now())


def decide(report: Report, femi: User, measure: Measure = Measure.WARN, lasts: Any = None) -> Decision:
    verdict = Verdict(measure, Policy.HARASSMENT, FACTS, lasts)
    return decisions.decide(claimed(report.case, femi).pk, verdict, by=femi, now=timezone.now(), source=SOURCE)


def at(user: User) -> Client:
    client = Client(headers={"user-agent": "tests"})
    client.force_login(user)
    return client


def test_nothing_was_decided_about_most_people(carol: User) -> None:
    assert "Nothing was decided about you" in text(at(carol).get("/privacy/decisions/"))
    assert "You reported nothing" in text(at(carol).get("/privacy/reports/"))


def test_a_decision_stands_there_with_its_reasons_until_read_as_new(report: Report, bob: User, femi: User) -> None:
    decision = decide(report, femi, Measure.SUSPEND, 7 * DAY)
    browser = at(bob)
    listed = text(browser.get("/privacy/decisions/"))
    assert "Account suspended" in listed
    assert "In force until" in listed
    assert 'pill strong">New' in listed
    assert "you have not read it yet" not in listed
    assert "you have not read it yet" in text(browser.get("/"))
    page = text(browser.get(f"/privacy/decisions/{decision.pk}/"))
    assert "He shouted at &lt;Dana&gt;." in page
    assert "For 7 days" in page
    assert "The rules of this server" in page
    assert "you have not read it yet" not in page
    assert entry(action="decision.read").actor == bob.uid


def test_nobody_else_sees_a_decision(report: Report, alice: User, bob: User, carol: User, femi: User) -> None:
    decision = decide(report, femi)
    for other in (alice, carol, femi):
        for path in ("", "proof/"):
            assert at(other).get(f"/privacy/decisions/{decision.pk}/{path}").status_code == 404
        assert at(other).post(f"/privacy/decisions/{decision.pk}/appeal/", {"words": WHY}).status_code == 404
    assert Client().get(f"/privacy/decisions/{decision.pk}/").headers["Location"].startswith("/accounts/login/")
    assert not Appeal.objects.exists()
    assert not entries(action="decision.read")


def test_what_is_only_proposed_is_not_shown(report: Report, bob: User, femi: User) -> None:
    decision = decide(report, femi, Measure.BAN)
    assert "Nothing was decided about you" in text(at(bob).get("/privacy/decisions/"))
    assert at(bob).get(f"/privacy/decisions/{decision.pk}/").status_code == 404


def test_bob_appeals_and_reads_the_answer(report: Report, bob: User, femi: User) -> None:
    decision, browser = decide(report, femi), at(bob)
    path = f"/privacy/decisions/{decision.pk}/"
    assert "Send the appeal" in text(browser.get(path))
    assert browser.post(f"{path}appeal/", {"words": WHY}).headers["Location"] == path
    made = Appeal.objects.get()
    assert (made.by, made.words) == (bob, WHY)
    page = text(browser.get(path))
    assert WHY in page
    assert "You have an answer here by" in page
    assert "Send the appeal" not in page
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.OVERTURNED, "It was singing.", by=gus, now=timezone.now(), source=SOURCE)
    assert "you have not read it yet" in text(browser.get("/"))
    page = text(browser.get(path))
    assert "You were right" in page
    assert "It was singing." in page
    assert "Taken back on" in page


@pytest.mark.parametrize("words", ["", "   ", "a" * 2001])
def test_an_appeal_without_reasons_is_asked_for_again(report: Report, bob: User, femi: User, words: str) -> None:
    decision = decide(report, femi)
    page = text(at(bob).post(f"/privacy/decisions/{decision.pk}/appeal/", {"words": words}))
    assert "errorlist" in page
    assert not Appeal.objects.exists()


def test_a_second_appeal_is_refused_and_recorded(report: Report, bob: User, femi: User) -> None:
    decision, browser = decide(report, femi), at(bob)
    path = f"/privacy/decisions/{decision.pk}/appeal/"
    browser.post(path, {"words": WHY})
    page = text(browser.post(path, {"words": "Again."}, follow=True))
    assert "This was decided already." in page
    assert Appeal.objects.get().words == WHY
    assert entry(action="case.appeal", result="refused").reason == "decided"


def test_an_appeal_comes_too_late_after_its_day(report: Report, bob: User, femi: User) -> None:
    decision = decide(report, femi)
    Decision.objects.update(appeal_until=timezone.now())
    assert "Send the appeal" not in text(at(bob).get(f"/privacy/decisions/{decision.pk}/"))
    at(bob).post(f"/privacy/decisions/{decision.pk}/appeal/", {"words": WHY})
    assert not Appeal.objects.exists()
    assert entry(action="case.appeal", result="refused").reason == "too_late"


def test_no_page_of_bobs_says_who_reported_or_decided(report: Report, bob: User, carol: User, femi: User) -> None:
    decision, browser = decide(report, femi), at(bob)
    Report.objects.update(words="He called me names.")
    pages = [text(browser.get(path)) for path in ("/", "/me/", "/privacy/", "/privacy/decisions/", "/privacy/reports/")]
    pages.append(text(browser.get(f"/privacy/decisions/{decision.pk}/")))
    for page in pages:
        for secret in (carol.uid, femi.uid, report.number, "He called me names.", "Femi"):
            assert secret not in page
    assert browser.get(f"/privacy/reports/{report.number}/").status_code == 404
    assert browser.get(f"/privacy/reports/{report.number}/proof/").status_code == 404


def test_carol_sees_what_became_of_her_report_and_not_who_decided(report: Report, carol: User, femi: User) -> None:
    browser, path = at(carol), f"/privacy/reports/{report.number}/"
    assert "Nobody has looked at it yet" in text(browser.get("/privacy/reports/"))
    assert "Harassment: <bdi>Bob</bdi>" in text(browser.get(path))
    assert Report.objects.get().told_at is None
    decide(report, femi)
    page = text(browser.get(path))
    assert "A rule was broken, and we acted on it." in page
    for secret in (FACTS, "Femi", femi.uid, "Warning"):
        assert secret not in page
    assert Report.objects.get().told_at is not None


def test_what_became_of_a_report_is_new_until_it_was_read(report: Report, carol: User, femi: User) -> None:
    browser, new = at(carol), 'pill strong">New'
    assert new not in text(browser.get("/privacy/reports/"))
    decide(report, femi)
    assert new in text(browser.get("/privacy/reports/"))
    browser.get(f"/privacy/reports/{report.number}/")
    assert new not in text(browser.get("/privacy/reports/"))


def test_every_page_says_that_a_report_was_answered_until_it_was_read(report: Report, carol: User, femi: User) -> None:
    browser, news = at(carol), "There is an answer to what you reported."
    assert news not in text(browser.get("/"))
    decide(report, femi)
    for path in ("/", "/me/", "/privacy/decisions/"):
        assert news in text(browser.get(path))
    assert news not in text(browser.get("/privacy/reports/"))
    assert news not in text(browser.get(f"/privacy/reports/{report.number}/"))
    assert news not in text(browser.get("/"))


def test_carol_disputes_a_dismissal(report: Report, bob: User, carol: User, femi: User) -> None:
    dismissal, browser = decide(report, femi, Measure.NONE), at(carol)
    path = f"/privacy/reports/{report.number}/"
    page = text(browser.get(path))
    assert "We found that no rule was broken." in page
    assert "He shouted at &lt;Dana&gt;." in page
    assert browser.post(f"{path}appeal/", {"words": ""}).status_code == 200
    assert browser.post(f"{path}appeal/", {"words": "He did."}).headers["Location"] == path
    assert Appeal.objects.get().decision == dismissal
    assert "He did." in text(browser.get(path))
    assert "Nothing was decided about you" in text(at(bob).get("/privacy/decisions/"))


def test_a_report_that_was_not_dismissed_is_not_disputed(report: Report, carol: User, femi: User) -> None:
    path = f"/privacy/reports/{report.number}/appeal/"
    assert at(carol).post(path, {"words": WHY}).status_code == 404
    decide(report, femi)
    assert at(carol).post(path, {"words": WHY}).status_code == 404
    assert not Appeal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_both_get_a_proof_that_shows_nobody_else(report: Report, bob: User, carol: User, femi: User) -> None:
    decision = decide(report, femi)
    paths = {bob: f"/privacy/decisions/{decision.pk}/", carol: f"/privacy/reports/{report.number}/"}
    for person, path in paths.items():
        assert "can be downloaded ten seconds after" in text(at(person).get(path))
        assert at(person).get(f"{path}proof/").status_code == 503
    seal(timezone.now())
    for person, path in paths.items():
        assert "Download the proof" in text(at(person).get(path))
        answer = at(person).get(f"{path}proof/")
        assert answer.headers["Content-Disposition"].endswith('.tlog-proof"')
        assert verify.verify_proof(answer.content, verify.Trust(keys=tuple(keys.vkeys()))).count == 1
        extra = verify.parse_proof(answer.content).extra.decode()
        assert person.uid in extra
        assert not [other for other in (bob, carol, femi) if other != person and other.uid in extra]


def test_the_mark_is_on_every_page_until_the_decision_is_read(report: Report, bob: User, femi: User) -> None:
    browser = at(bob)
    assert 'class="dot"' not in text(browser.get("/"))
    decision = decide(report, femi)
    for path in ("/", "/me/", "/invites/", "/history/", "/privacy/"):
        assert 'class="dot"' in text(browser.get(path))
    browser.get(f"/privacy/decisions/{decision.pk}/")
    assert 'class="dot"' not in text(browser.get("/"))


def test_the_pages_lead_to_each_other(bob: User) -> None:
    own = ["/privacy/data/", "/privacy/decisions/", "/privacy/reports/"]
    for path in ("/me/", "/privacy/", *own):
        page = text(at(bob).get(path))
        assert [other for other in own if other != path and f'href="{other}"' not in page] == []
    assert 'href="/transparency/"' in text(at(bob).get("/rules/"))
