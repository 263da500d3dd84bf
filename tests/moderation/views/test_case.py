"""One case in the console: dana and hana are moderators, femi and gus are seniors, bob was reported by carol."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import appeals, staff
from moderation.actions import cases as working
from moderation.actions.base import Refused
from moderation.audit.models import Entry, Result
from moderation.cases import State
from moderation.forms import AppealForm
from moderation.measures import Measure
from moderation.models import Appeal, Case, Channel, Decision, Report
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.desk import decided, moderator
from tests.rooms.scenes import SOURCE, gathered

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    return gathered(alice, bob, carol, now=timezone.now())


def person(name: str) -> User:
    return User.objects.create_user(name.lower(), display_name=name)


def address(case: Case, act: str = "") -> str:
    return f"/console/cases/{case.pk}/{act}"


def said(client: Client, case: Case, act: str, **fields: object) -> str:
    """What the page says after an act."""
    answer = client.post(address(case, act), fields, follow=True)
    assert answer.redirect_chain == [(address(case), 302)], text(answer)
    return text(answer)


def verdict(measure: Measure = Measure.WARN, **fields: object) -> dict[str, object]:
    given = {"measure": measure, "policy": Policy.HARASSMENT, "facts": "He shouted.", "ground": "terms", "days": 7}
    return given | fields


def newest(case: Case) -> Entry:
    return Entry.objects.filter(case=str(case.pk)).order_by("-pk")[0]


def test_a_claim_says_which_entry_of_the_log_it_is(case: Case, desk: Client, dana: User) -> None:
    page = said(desk, case, "claim/")
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.CLAIMED, dana)
    claim = Entry.objects.get(action="case.claim")
    assert f"The case is yours. It is entry {claim.pk} of the log." in page


def test_two_people_at_once_on_one_case_one_wins_and_the_other_is_told(
    case: Case, desk: Client, dana: User, senior: Client
) -> None:
    said(desk, case, "claim/")
    page = said(senior, case, "claim/")
    assert "Somebody else works on it already." in page
    case.refresh_from_db()
    assert case.holder == dana
    refusal = Entry.objects.get(action="case.work", result=Result.REFUSED)
    assert (refusal.case, refusal.reason) == (str(case.pk), "claimed_by_another")


def test_a_case_is_put_back_handed_over_and_left_to_the_seniors(case: Case, desk: Client, dana: User) -> None:
    hana = person("Hana")
    at_console(hana, Role.MODERATOR)
    said(desk, case, "claim/")
    said(desk, case, "release/")
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.TRIAGED, None)
    said(desk, case, "claim/")
    assert "The case is now with Hana." in said(desk, case, "hand-over/", to=hana.uid)
    case.refresh_from_db()
    assert case.holder == hana
    assert "Claim the case first." in said(desk, case, "escalate/")


def test_nobody_hands_a_case_to_whom_it_is_about(case: Case, desk: Client, dana: User, bob: User) -> None:
    staff.grant(bob, Role.MODERATOR, None, now=timezone.now(), source=SOURCE)
    said(desk, case, "claim/")
    assert bob.uid not in text(desk.get(address(case))).partition('name="to"')[2].partition("</select>")[0]
    said(desk, case, "hand-over/", to=bob.uid)
    case.refresh_from_db()
    assert case.holder == dana


@pytest.mark.parametrize("part", ["bob", "carol"])
def test_whoever_has_a_part_in_a_case_does_not_see_it_and_it_is_recorded(
    case: Case, part: str, request: pytest.FixtureRequest
) -> None:
    client = at_console(request.getfixturevalue(part), Role.SENIOR)
    answer = client.get(address(case))
    assert answer.status_code == 403
    assert "Harassment" not in text(answer)
    refusal = Entry.objects.filter(action="cases.read", result=Result.REFUSED).get()
    assert refusal.reason == {"bob": "subject", "carol": "own_report"}[part]
    assert client.post(address(case, "preview/"), verdict()).status_code == 404


def test_a_read_of_a_case_names_it_in_the_log(case: Case, desk: Client) -> None:
    desk.get(address(case))
    assert (newest(case).action, newest(case).object_id) == ("console.read", "cases.read")


def test_the_page_offers_only_what_can_be_done(case: Case, desk: Client, senior: Client) -> None:
    assert 'id="verdict"' not in text(desk.get(address(case)))
    said(desk, case, "claim/")
    assert 'id="verdict"' in text(desk.get(address(case)))
    assert 'id="verdict"' not in text(senior.get(address(case)))
    assert "/claim/" not in text(senior.get(address(case))).partition('class="desk"')[0]


@pytest.fixture
def appealed(case: Case, dana: User, desk: Client, bob: User) -> Appeal:
    working.claim(case.pk, by=dana, now=timezone.now(), source=SOURCE)
    made = decided(case, dana, Measure.BAN_ROOM)
    Decision.objects.update(appeal_until=timezone.now() + timedelta(days=1))
    return appeals.appeal(made.pk, "It was my brother.", by=bob, now=timezone.now(), source=SOURCE)


def test_an_appeal_is_heard_by_a_senior_who_had_no_part_in_it(appealed: Appeal, case: Case, senior: Client) -> None:
    assert "It was my brother." in text(senior.get(address(case)))
    page = said(senior, case, f"appeals/{appealed.pk}/", result="overturned", reasons="He is right.")
    told = Entry.objects.get(action="appeal.overturned")
    assert "case.close" in Entry.objects.filter(pk__gt=told.pk).values_list("action", flat=True)
    assert f">It is entry {told.pk} of the log.</a>" in page
    appealed.refresh_from_db()
    appealed.decision.refresh_from_db()
    assert (appealed.result, appealed.reasons, appealed.decision.state) == ("overturned", "He is right.", "undone")
    page = text(senior.get(address(case)))
    assert "The decision is overturned" in page


def test_what_an_appeal_says_is_read_by_the_staff_alone_as_its_form_says(
    appealed: Appeal, case: Case, desk: Client, carol: User
) -> None:
    assert "Only the staff of this server reads it." in str(AppealForm())
    assert appealed.words in text(desk.get(address(case)))  # dana decided, and does not hear it
    assert at_console(carol, None).get(address(case)).status_code == 403


def test_an_appeal_without_reasons_is_asked_for_again_and_nothing_changed(
    appealed: Appeal, case: Case, senior: Client
) -> None:
    answer = senior.post(address(case, f"appeals/{appealed.pk}/"), {"result": "upheld"})
    assert "This field is required." in text(answer)
    appealed.refresh_from_db()
    assert appealed.result == ""


def test_whoever_decided_does_not_hear_the_appeal(appealed: Appeal, case: Case, dana: User, desk: Client) -> None:
    staff.grant(dana, Role.SENIOR, None, now=timezone.now(), source=SOURCE)
    assert 'name="result"' not in text(desk.get(address(case)))
    fields = {"result": "upheld", "reasons": "I was right."}
    assert "Whoever decided neither hears the appeal nor decides again." in said(
        desk, case, f"appeals/{appealed.pk}/", **fields
    )
    appealed.refresh_from_db()
    assert appealed.result == ""


ACTS = {
    "claim/": {},
    "release/": {},
    "escalate/": {},
    "hand-over/": {"to": "x"},
    "decide/": verdict(),
    "preview/": verdict(),
    "evidence/ask/": {"reason": "x"},
    "decisions/1/confirm/": {},
    "reports/1/sent/": {},
    "appeals/1/": {"result": "upheld", "reasons": "x"},
    "grants/1/answer/": {"answer": "approve"},
    "grants/1/listen/": {"evidence": 1},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [None, Role.REVIEWER, Role.INSPECTOR])
def test_whoever_only_reads_changes_nothing_and_is_recorded(
    case: Case, mallory: User, role: Role | None, act: str
) -> None:
    client = at_console(mallory, role)
    before = (list(Case.objects.values()), Entry.objects.exclude(result=Result.REFUSED).count())
    assert client.post(address(case, act), ACTS[act]).status_code == 403
    assert (list(Case.objects.values()), Entry.objects.exclude(result=Result.REFUSED).count()) == before
    assert Entry.objects.order_by("-pk")[0].result == Result.REFUSED


def test_a_case_that_does_not_exist_is_not_found(desk: Client) -> None:
    assert desk.get("/console/cases/999/").status_code == 404
    with pytest.raises(Refused):
        working.locked(999)


def test_what_was_done_names_the_staff_and_no_member(case: Case, desk: Client) -> None:
    said(desk, case, "claim/")
    page = text(desk.get(address(case)))
    done = page.partition('id="done-h"')[2].partition("</section>")[0]
    assert "<strong>Claimed</strong>" in done
    assert "Dana" in done
    assert "report.make" not in done


def test_nor_one_of_the_staff_who_reported_and_appeals(case: Case, desk: Client, senior: Client) -> None:
    gus = moderator("Gus")
    made = Report.objects.create(
        case=case, reporter=gus, channel=Channel.PROFILE, policy=case.policy, made_at=timezone.now()
    )
    said(desk, case, "claim/")
    said(desk, case, "decide/", **verdict(Measure.NONE))
    (dismissed,) = Decision.objects.filter(case=made.case)
    appeals.appeal(dismissed.pk, "I heard it.", by=gus, now=timezone.now(), source=SOURCE)
    done = text(senior.get(address(case))).partition('id="done-h"')[2].partition("</section>")[0]
    assert "Appealed" in done
    assert "Gus" not in done
