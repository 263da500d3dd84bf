"""A case decided in the console: dana is a moderator, femi a senior, bob was reported by carol."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import issue
from accounts.models import InviteCode, Redemption, User
from moderation.actions import appeals
from moderation.actions import cases as working
from moderation.measures import Measure
from moderation.models import Case, Decision, Report, Stand
from rooms.models import Member, Room
from rooms.roles import Move
from tests.accounts.pages import text
from tests.moderation.views.test_case import address, said, verdict
from tests.rooms.scenes import SOURCE, do, gathered

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    return gathered(alice, bob, carol, now=timezone.now())


def test_a_decision_is_in_force_at_once_and_told_with_its_entry(
    case: Case, desk: Client, bob: User, room: Room, alice: User
) -> None:
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    said(desk, case, "claim/")
    page = said(desk, case, "decide/", **verdict(Measure.TO_AUDIENCE))
    assert "It is entry" in page
    made = Decision.objects.get()
    assert (made.measure, made.state, made.facts, made.subject) == ("move_to_audience", "in_force", "He shouted.", bob)
    assert Member.objects.get(room=room, user=bob).stage == "audience"


def test_a_decision_without_facts_is_asked_for_again_and_nothing_changed(case: Case, desk: Client) -> None:
    said(desk, case, "claim/")
    answer = desk.post(address(case, "decide/"), verdict(facts=" "))
    assert answer.status_code == 200
    assert "This field is required." in text(answer)
    assert not Decision.objects.exists()


def test_a_decision_on_the_law_names_it_or_is_refused(case: Case, desk: Client) -> None:
    said(desk, case, "claim/")
    assert "Name the law" in said(desk, case, "decide/", **verdict(ground="law"))
    assert not Decision.objects.exists()
    said(desk, case, "decide/", **verdict(ground="law", law="Criminal Code, section 185"))
    assert Decision.objects.get().law == "Criminal Code, section 185"


def test_a_length_counts_only_where_the_measure_has_one(case: Case, desk: Client) -> None:
    said(desk, case, "claim/")
    said(desk, case, "decide/", **verdict(Measure.WARN, days=7))
    assert Decision.objects.get().lasts is None


def test_nobody_decides_on_a_case_of_somebody_else(case: Case, desk: Client, senior: Client) -> None:
    said(desk, case, "claim/")
    assert "Claim the case first." in said(senior, case, "decide/", **verdict())
    assert not Decision.objects.exists()


@pytest.mark.parametrize(("act", "state"), [("confirm/", Stand.IN_FORCE), ("decline/", Stand.DECLINED)])
def test_a_ban_is_proposed_and_a_senior_confirms_or_declines_it(
    case: Case, desk: Client, senior: Client, act: str, state: Stand
) -> None:
    said(desk, case, "claim/")
    said(desk, case, "decide/", **verdict(Measure.BAN, facts="Again and again."))
    made = Decision.objects.get()
    assert made.state == Stand.PROPOSED
    assert desk.post(address(case, f"decisions/{made.pk}/{act}")).status_code == 403
    page = text(senior.get(address(case)))
    assert re.search(r"Dana</bdi> proposes: Ban from server", page)
    assert "Again and again." in page
    said(senior, case, f"decisions/{made.pk}/{act}")
    made.refresh_from_db()
    assert made.state == state


@pytest.mark.parametrize("ended", [True, False])
def test_whoever_confirms_a_ban_says_whether_the_code_they_came_by_ends_too(
    case: Case, desk: Client, senior: Client, bob: User, alice: User, *, ended: bool
) -> None:
    now = timezone.now()
    issue(alice, uses=3, days=7, now=now, source=SOURCE)
    code = InviteCode.objects.get()
    Redemption.objects.create(code=code, user=bob, redeemed_at=now)
    said(desk, case, "claim/")
    said(desk, case, "decide/", **verdict(Measure.BAN, facts="Again and again."))
    assert "3 more people can come in by it" in text(senior.get(address(case)))
    said(senior, case, f"decisions/{Decision.objects.get().pk}/confirm/", **({"way_in": "on"} if ended else {}))
    code.refresh_from_db()
    assert (code.revoked_at is not None) is ended
    assert Decision.objects.get().state == Stand.IN_FORCE


def test_nobody_confirms_what_they_proposed(case: Case, senior: Client) -> None:
    said(senior, case, "claim/")
    said(senior, case, "decide/", **verdict(Measure.BAN))
    made = Decision.objects.get()
    assert "It takes a second person" in said(senior, case, f"decisions/{made.pk}/confirm/")
    made.refresh_from_db()
    assert made.state == Stand.PROPOSED


@pytest.mark.parametrize("holder", ["nobody", "gus"])
def test_there_is_no_preview_but_for_whoever_holds_the_case(case: Case, desk: Client, gus: User, holder: str) -> None:
    if holder == "gus":
        working.claim(case.pk, by=gus, now=timezone.now(), source=SOURCE)
    before = Case.objects.values().get()
    assert desk.post(address(case, "preview/"), verdict(facts="He shouted.")).status_code == 404
    assert Case.objects.values().get() == before


def test_the_preview_is_what_the_member_would_read_in_their_language(case: Case, desk: Client, bob: User) -> None:
    said(desk, case, "claim/")
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    answer: Any = desk.post(address(case, "preview/"), verdict(Measure.SUSPEND, facts="He shouted."))
    told = answer.json()
    assert told["language"] == "zh-hans"
    assert "He shouted." in dict(told["fields"]).values()
    assert all(text for _, text in told["fields"])
    assert not Decision.objects.exists()


def test_the_preview_gives_no_hint_at_who_reported(case: Case, desk: Client, carol: User) -> None:
    said(desk, case, "claim/")
    User.objects.filter(pk=carol.pk).update(language="zh-hans")
    how = {"report": Report.objects.get().pk, "policy": "reporting"}
    answer: Any = desk.post(address(case, "preview/"), verdict(Measure.RESTRICT_REPORTING, **how))
    assert answer.json()["language"] == "en"


def test_the_preview_of_a_form_that_is_hardly_filled_in_is_no_error(case: Case, desk: Client) -> None:
    said(desk, case, "claim/")
    assert desk.post(address(case, "preview/"), {}).json()["fields"] == []
    assert desk.post(address(case, "preview/"), {"measure": "suspend"}).status_code == 200


def test_false_reports_are_answered_without_learning_who_made_them(case: Case, desk: Client, carol: User) -> None:
    report = Report.objects.get()
    said(desk, case, "claim/")
    page = text(desk.get(address(case)))
    assert report.number in page
    assert carol.uid not in page
    said(desk, case, "decide/", **verdict(Measure.RESTRICT_REPORTING, report=report.pk, policy="reporting"))
    restriction = Decision.objects.get(measure=Measure.RESTRICT_REPORTING)
    assert restriction.subject == carol
    appeals.appeal(restriction.pk, "Mine was true.", by=carol, now=timezone.now(), source=SOURCE)
    page = text(desk.get(address(case)))
    assert "Mine was true." in page
    assert "Carol" not in page
    assert carol.uid not in page
