"""The review in the console."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from moderation.actions import controls, reviews
from moderation.actions.triggers import watch
from moderation.audit.models import Entry, Result
from moderation.audit.source import Source
from moderation.models import Finding, Review, Severity, Statement, Trigger
from moderation.review.watch import shape
from moderation.staff import Role
from moderation.views import controls as views
from tests.accounts.pages import text
from tests.moderation.cast import at_console

SOURCE = Source.internal("command")
PERIOD = {"profile": "cn", "start": "2026-11-01", "end": "2026-11-25"}
BACK = 'class="button quiet back" href="/console/review/"'
"""As one goes back on every page that stands below another."""


@pytest.fixture
def senior(alice: User) -> Client:
    return at_console(alice, Role.SENIOR)


@pytest.fixture
def reviewer(carol: User) -> Client:
    return at_console(carol, Role.REVIEWER)


def made() -> Review:
    """What a worker does with the review that was asked for last."""
    review = Review.objects.latest("pk")
    assert reviews.make(review.pk, now=timezone.now(), source=SOURCE)
    return review


def test_until_a_worker_has_made_it_its_page_says_so_and_nothing_is_there_to_take(reviewer: Client) -> None:
    address = reviewer.post("/console/review/run/", PERIOD).headers["Location"]
    answer = reviewer.get(address)
    assert answer.status_code == 202
    assert "The report is being made" in text(answer)
    assert BACK in text(answer)
    assert "Being made" in text(reviewer.get("/console/review/"))
    for name in ("report.pdf", "report.html", "annex.txt"):
        assert reviewer.get(f"{address}{name}").status_code == 404
    made()
    assert reviewer.get(address).status_code == 200


def test_who_asks_for_too_many_at_once_has_the_form_again_and_is_recorded(reviewer: Client) -> None:
    for _ in range(reviews.WAITING):
        reviewer.post("/console/review/run/", PERIOD)
    assert "That is too much at once." in text(reviewer.post("/console/review/run/", PERIOD))
    assert Review.objects.count() == reviews.WAITING
    assert Entry.objects.get(action="review.run", result=Result.REFUSED).reason == "too_many"


def test_a_report_that_no_worker_makes_says_that_something_is_wrong(reviewer: Client) -> None:
    address = reviewer.post("/console/review/run/", PERIOD).headers["Location"]
    Review.objects.update(run_at=timezone.now() - reviews.PATIENCE - timedelta(seconds=1))
    assert "no worker is there" in text(reviewer.get(address))


def test_a_report_that_could_not_be_made_says_so_and_is_asked_for_again(reviewer: Client) -> None:
    address = reviewer.post("/console/review/run/", PERIOD).headers["Location"]
    Review.objects.update(failed_at=timezone.now(), tries=reviews.TRIES)
    answer = reviewer.get(address)
    assert answer.status_code == 200
    assert "The report could not be made" in text(answer)
    assert BACK in text(answer)
    assert "Could not be made" in text(reviewer.get("/console/review/"))
    answer = reviewer.post(f"{address}again/", follow=True)
    assert answer.status_code == 202
    assert "Asked for again." in text(answer)
    assert "That is so already." in text(reviewer.post(f"{address}again/", follow=True))
    made()
    assert "Security self-assessment report" in text(reviewer.get(address))


def test_an_inspector_reads_that_a_report_could_not_be_made_and_cannot_try(carol: User) -> None:
    inspector = at_console(carol, Role.INSPECTOR)
    now = timezone.now()
    period = {"start": now - timedelta(days=1), "end": now}
    review = Review.objects.create(profile="cn", run_at=now, due_at=now, failed_at=now, tries=reviews.TRIES, **period)
    assert "again/" not in text(inspector.get(f"/console/review/{review.pk}/"))
    assert inspector.post(f"/console/review/{review.pk}/again/").status_code == 403
    assert Review.objects.get().failed_at == now


def test_a_reviewer_runs_it_and_reads_it_in_both_languages(reviewer: Client) -> None:
    answer = reviewer.post("/console/review/run/", PERIOD)
    address = f"/console/review/{made().pk}/"
    assert answer.headers["Location"] == address
    assert "Security self-assessment report" in text(reviewer.get(address))
    assert "互联网信息服务安全自评估报告" in text(reviewer.get(f"{address}?language=zh-hans"))
    assert reviewer.get(f"{address}?language=xx").status_code == 404
    pdf = reviewer.get(f"{address}report.pdf?language=zh-hans")
    assert pdf.content.startswith(b"%PDF-")
    html = reviewer.get(f"{address}report.html?language=zh-hans")
    assert html.headers["Content-Disposition"].startswith("attachment")
    assert '<html lang="zh-hans">' in text(html)
    assert "<main>" in text(html)
    assert reviewer.get(f"{address}annex.txt").content.decode() == Review.objects.get().annex


def test_a_day_is_written_as_browsers_want_it_in_every_language(reviewer: Client, carol: User) -> None:
    User.objects.filter(pk=carol.pk).update(language="zh-hans")
    today = timezone.now().date().isoformat()
    assert f'type="date" name="end" value="{today}"' in text(reviewer.get("/console/review/"))


LAST = {"start": "9999-12-31", "end": "9999-12-31"}  # of all days


@pytest.mark.parametrize("wrong", [{"end": "2026-10-31"}, {"end": "2027-11-25"}, {"profile": "x"}, {"start": ""}, LAST])
def test_a_period_that_makes_no_sense_is_asked_for_again(reviewer: Client, wrong: dict[str, str]) -> None:
    answer = reviewer.post("/console/review/run/", PERIOD | wrong)
    assert answer.status_code == 200
    assert not Review.objects.exists()


def test_a_reviewer_changes_nothing(reviewer: Client, bob: User) -> None:
    finding = controls.report("Something", Severity.MINOR, by=bob, now=timezone.now(), source=SOURCE)
    before = Finding.objects.values().get()
    for path in (f"findings/{finding.pk}/take/", f"findings/{finding.pk}/close/", "findings/report/"):
        assert reviewer.post(f"/console/{path}", {"due": "2026-12-01", "proof": "x", "title": "x"}).status_code == 403
    assert reviewer.post("/console/statements/make/", {"topic": "location", "english": "x"}).status_code == 403
    assert reviewer.post("/console/lawful/ask/", {}).status_code == 403
    assert Finding.objects.values().get() == before
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("findings/report/", {"title": " ", "severity": "major"}, "What is wrong?: This field is required."),
        ("review/trigger/", {"reason": "notice", "words": ""}, "In a few words: This field is required."),
        ("policies/new/", {"policy": "spam", "english": "", "chinese": "无"}, "In English: This field is required."),
        ("names/ask/", {"person": "carol", "reason": "A court asks."}, "Enter a valid value."),
    ],
)
def test_what_is_not_understood_is_said_and_changes_nothing(
    senior: Client, path: str, fields: dict[str, str], said: str
) -> None:
    assert said in text(senior.post(f"/console/{path}", fields, follow=True))
    assert not Finding.objects.exists()
    assert not Trigger.objects.exists()


def test_a_senior_finds_takes_and_closes(senior: Client, alice: User) -> None:
    senior.post("/console/findings/report/", {"title": "No restore drill", "severity": "major"})
    finding = Finding.objects.get()
    senior.post(f"/console/findings/{finding.pk}/take/", {"due": "2026-12-24"})
    assert "No restore drill" in text(senior.get("/console/findings/"))
    answer = senior.post(f"/console/findings/{finding.pk}/close/", {"proof": ""}, follow=True)
    assert "Say what shows that it was mended" in text(answer)
    senior.post(f"/console/findings/{finding.pk}/close/", {"proof": "entry 7"})
    finding.refresh_from_db()
    assert (finding.owner, finding.proof) == (alice, "entry 7")


def test_to_look_where_a_finding_is_closed_changes_nothing_and_is_no_refusal(senior: Client, alice: User) -> None:
    finding = controls.report("Old", Severity.MINOR, by=alice, now=timezone.now(), source=SOURCE)
    answer = senior.get(f"/console/findings/{finding.pk}/close/")
    assert answer["Location"] == "/console/findings/"
    finding.refresh_from_db()
    assert finding.closed_at is None
    assert not Entry.objects.filter(result=Result.REFUSED).exists()
    assert "Say what shows" not in text(senior.get("/console/findings/"))


def test_a_statement_is_made_and_wants_to_be_confirmed_after_thirty_days(senior: Client) -> None:
    senior.post("/console/statements/make/", {"topic": "location", "chinese": "位于柏林。", "english": ""})
    assert "位于柏林。" in text(senior.get("/console/statements/"))
    Statement.objects.update(made_at=timezone.now() - timedelta(days=31))
    assert "Confirm again" in text(senior.get("/console/statements/"))


def test_what_is_due_is_shown_until_a_signed_report_is_filed(senior: Client) -> None:
    watch(shape(), now=timezone.now(), source=SOURCE)
    senior.post("/console/review/trigger/", {"reason": "notice", "words": "Letter 12"})
    page = text(senior.get("/console/review/"))
    assert "Letter 12" in page
    assert "The clock of 30 working days runs until" in page
    senior.post("/console/review/run/", PERIOD)
    review = made()
    Review.objects.update(signed=True)
    senior.post(f"/console/review/{review.pk}/file/", {"authority": "CAC", "receipt": "2026-7"})
    assert not Trigger.objects.filter(review=None).exists()
    assert "receipt 2026-7" in text(senior.get(f"/console/review/{review.pk}/"))


def test_an_unsigned_report_cannot_be_filed(senior: Client) -> None:
    senior.post("/console/review/run/", PERIOD)
    review = made()
    Review.objects.update(signed=False)
    answer = senior.post(f"/console/review/{review.pk}/file/", {"authority": "CAC", "receipt": "1"}, follow=True)
    assert "Only a signed report can be filed" in text(answer)
    review.refresh_from_db()
    assert review.filed_at is None


def test_controls_are_checked_at_once_when_asked_to(reviewer: Client) -> None:
    assert "Not checked yet" in text(reviewer.get("/console/controls/"))
    page = text(reviewer.post("/console/controls/check/", follow=True))
    assert "All controls were checked." in page
    assert "Not checked yet" not in page


def test_controls_are_checked_so_often_an_hour_by_one_person_and_then_it_is_a_refusal(
    reviewer: Client, senior: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "CHECKS", replace(views.CHECKS, limit=1))
    path = "/console/controls/check/"
    assert "All controls were checked." in text(reviewer.post(path, follow=True))
    assert "That is too much at once." in text(reviewer.post(path, follow=True))
    assert Entry.objects.filter(action="control.check").count() == 1
    assert Entry.objects.get(result=Result.REFUSED).reason == "too_many"
    assert "All controls were checked." in text(senior.post(path, follow=True))


def test_without_its_counters_no_control_is_checked(reviewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object, **_more: object) -> bool:
        raise throttle.Unavailable

    monkeypatch.setattr(throttle, "hit", away)
    assert reviewer.post("/console/controls/check/").status_code == 503
    assert not Entry.objects.filter(action="control.check").exists()
