"""G3, act by act, of those that the staff does and those whom it concerns: see `test_g03_every_act.py`.

Each is tried while no entry can be written, and then done, so that the next can be tried.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import cases, evidence
from moderation.audit.models import Hold
from moderation.audit.sequence import seal
from moderation.models import (
    Appeal,
    Case,
    DataRequest,
    Decision,
    Finding,
    Freeze,
    Grant,
    HoldRequest,
    LawfulRequest,
    Report,
    Review,
    Staff,
    Unmasking,
)
from rooms.models import Room
from tests.accounts.conftest import PASSWORD
from tests.moderation import tape
from tests.moderation.tried import ask, browser, tried, tries
from tests.rooms.scenes import SOURCE, carry, member

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
SOON = (NOW + timedelta(days=30)).date().isoformat()
PERIOD = {"start": "2026-11-01", "end": "2026-11-20"}


@tries("privacy")
def test_nobody_accepts_what_applies(bob: User) -> None:
    tried(browser(bob), "/privacy/", "notice.accept")


@tries(
    "POST rooms/<str:room_id>/reports/",
    "console_claim",
    "console_ask_evidence",
    "console_answer_evidence",
    "console_listen",
    "console_verdict",
    "decision_appeal",
    "console_hear",
)
def test_no_step_of_a_case_is_made(room: Room, bob: User, carol: User, dana: User, femi: User) -> None:
    desk, senior, number = browser(dana, staff=True), browser(femi, staff=True), member(bob, room).number
    carry(room, "m1")
    reports = f"/api/v1/rooms/{room.pk}/reports/"
    tried(browser(carol), reports, "report.make", member=number, policy="harassment")
    freeze = Freeze.objects.get()
    tape.sealed(freeze, number, tape.tone(440))
    (track,) = evidence.attach(freeze.pk, timezone.now())
    case = f"/console/cases/{freeze.case_id}"
    tried(desk, f"{case}/claim/", "case.claim")
    tried(desk, f"{case}/evidence/ask/", "evidence.ask", reason="What did he say?")
    leave = f"{case}/grants/{Grant.objects.get().pk}"
    tried(senior, f"{leave}/answer/", "evidence.approve", answer="approve")
    tried(desk, f"{leave}/listen/", "evidence.open", evidence=track.pk, what="sound")
    verdict: dict[str, Any] = {
        "measure": "warn",
        "policy": "harassment",
        "facts": "He shouted.",
        "ground": "terms",
        "days": 7,
    }
    tried(desk, f"{case}/decide/", "decision.make", **verdict)
    decision = Decision.objects.get().pk
    tried(browser(bob), f"/privacy/decisions/{decision}/appeal/", "case.appeal", words="I did not.")
    appeal = f"{case}/appeals/{Appeal.objects.get().pk}/"
    tried(senior, appeal, "appeal.upheld", result="upheld", reasons="He did.")


@tries("end_account_now")
def test_no_account_ends(bob: User) -> None:
    client = browser(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    tried(client, "/privacy/end/confirm/", "account.end")


@tries("console_name", "console_name_decide", "console_hold", "console_hold_decide", "console_hold_release")
def test_no_two_people_name_or_hold_anybody(bob: User, femi: User, gus: User) -> None:
    one, other = browser(femi, staff=True), browser(gus, staff=True)
    tried(one, "/console/names/ask/", "person.unmask_ask", person=bob.uid, reason="A court asks.")
    tried(other, f"/console/names/{Unmasking.objects.get().pk}/", "person.unmask", approve="1")
    held: dict[str, Any] = {"kind": "user", "named": "bob", "ground": "Court order 7/26", "review": SOON}
    tried(one, "/console/retention/hold/", "log.hold_ask", **held)
    tried(other, f"/console/retention/asked/{HoldRequest.objects.get().pk}/", "log.hold", decision="place")
    tried(other, f"/console/retention/holds/{Hold.objects.get().pk}/release/", "log.release")


@tries("console_grant", "console_revoke", "console_policy", "console_power", "console_end_room", "console_lever")
def test_nothing_of_the_house_is_changed(room: Room, bob: User, femi: User) -> None:
    senior = browser(femi, staff=True)
    tried(senior, "/console/staff/grant/", "staff.grant", user="bob", role="moderator")
    tried(senior, f"/console/staff/{Staff.objects.get(user=bob).pk}/revoke/", "staff.revoke")
    text = {"policy": "spam", "version": "1", "english": "No leaflets.", "chinese": "禁止传单。"}
    tried(senior, "/console/policies/new/", "policy.write", **text)
    pull = {"reason": "raid", "words": "Quiet, please."}
    for power in ("lock", "slow"):
        tried(senior, f"/console/powers/room/{room.pk}/", f"power.{power}", power=power, seconds="30", **pull)
    why = {"policy": "hate", "facts": "They called for violence.", "ground": "terms"}
    tried(senior, f"/console/powers/room/{room.pk}/end/", "power.end_room", **why)
    tried(senior, "/console/powers/invites/", "power.invites", **pull)


@tries("console_claim", "console_release", "console_case_over", "console_escalate")
def test_no_case_changes_hands(case: Case, dana: User, femi: User) -> None:
    desk, senior, path = browser(dana, staff=True), browser(femi, staff=True), f"/console/cases/{case.pk}"
    tried(desk, f"{path}/claim/", "case.claim")
    tried(desk, f"{path}/release/", "case.release")
    tried(senior, f"{path}/claim/", "case.claim")
    tried(senior, f"{path}/hand-over/", "case.hand_over", to=dana.uid)
    tried(desk, f"{path}/escalate/", "case.escalate")


@tries("console_verdict", "console_decline", "console_confirm")
def test_nobody_is_banned_by_two(case: Case, dana: User, femi: User) -> None:
    desk, senior, path = browser(dana, staff=True), browser(femi, staff=True), f"/console/cases/{case.pk}"
    verdict: dict[str, Any] = {
        "measure": "ban",
        "policy": "harassment",
        "facts": "He shouted.",
        "ground": "terms",
        "days": 7,
    }
    cases.claim(case.pk, by=dana, source=SOURCE, now=timezone.now())
    for answer in ("decline", "confirm"):
        tried(desk, f"{path}/decide/", "case.propose", **verdict)
        tried(senior, f"{path}/decisions/{Decision.objects.latest('pk').pk}/{answer}/", f"case.{answer}")


@tries("POST people/<str:uid>/reports/", "PATCH reports/<str:number>/", "own_report_appeal")
def test_no_report_of_a_person_is_made_added_to_or_disputed(bob: User, carol: User, dana: User) -> None:
    reporter = browser(carol)
    tried(reporter, f"/api/v1/people/{bob.uid}/reports/", "report.make", policy="spam")
    made = Report.objects.get()
    tried(reporter, f"/api/v1/reports/{made.number}/", "report.add", method="PATCH", words="He sells owls.")
    cases.claim(made.case_id, by=dana, source=SOURCE, now=timezone.now())
    dismissed(browser(dana, staff=True), made)
    tried(reporter, f"/privacy/reports/{made.number}/appeal/", "case.appeal", words="He does.")


@tries("notice", "console_case_name", "console_letter_sent", "notice_receipt")
def test_no_notice_from_outside_is_taken_named_answered_or_disputed(bob: User, dana: User) -> None:
    stranger, desk = Client(raise_request_exception=False), browser(dana, staff=True)
    notice: dict[str, Any] = {
        "where": "bob",
        "policy": "illegal",
        "what": "He sells weapons.",
        "email": "erin@example.org",
    }
    tried(stranger, "/report/", "report.make", **notice, good_faith="on")
    cases.claim(Case.objects.get().pk, by=dana, source=SOURCE, now=timezone.now())
    tried(desk, f"/console/cases/{Case.objects.get().pk}/name/", "case.name", person="bob")
    made = Report.objects.get()
    dismissed(desk, made)
    tried(desk, f"/console/cases/{made.case_id}/reports/{made.pk}/sent/", "report.told")
    tried(stranger, f"/report/{made.number}/", "case.appeal", words="He does.")


@tries("console_open", "console_listen_in")
def test_no_case_is_opened_from_the_live_rooms_and_nobody_listens_in(room: Room, bob: User, dana: User) -> None:
    desk = browser(dana, staff=True)
    told: dict[str, Any] = {"room": room.pk, "member": member(bob, room).number, "policy": "hate"}
    tried(desk, "/console/live/case/", "report.make", **told)
    tried(desk, "/console/live/listen/", "room.observe", room=room.pk)


@tries("own_data", "own_data_take", "console_data_answer")
def test_nobody_asks_takes_or_is_answered_about_their_data(bob: User, femi: User) -> None:
    tried(browser(bob), "/privacy/data/", "data.ask", wish="correction", words="My name is Bob.")
    answer = f"/console/data/{DataRequest.objects.get().pk}/"
    tried(browser(femi, staff=True), answer, "data.grant", words="It is.", grant="1")
    tried(browser(bob), "/privacy/data/take/", "data.take")


@tries("console_ask", "console_decide", "console_hand_over")
def test_nothing_leaves_for_an_authority(room: Room, femi: User, gus: User) -> None:
    one, other = browser(femi, staff=True), browser(gus, staff=True)
    asked: dict[str, Any] = {
        "kind": "police",
        "authority": "Station 7",
        "ground": "warrant 12",
        "room": room.pk,
        **PERIOD,
    }
    tried(one, "/console/lawful/ask/", "lawful.ask", **asked)
    path = f"/console/lawful/{LawfulRequest.objects.get().pk}"
    tried(other, f"{path}/decide/", "lawful.approve", decision="approve")
    seal(timezone.now())
    tried(one, f"{path}/export/", "lawful.export")


@tries("console_check", "console_run", "console_again", "console_file", "console_trigger")
def test_no_assessment_is_made_asked_for_or_filed(femi: User) -> None:
    senior = browser(femi, staff=True)
    tried(senior, "/console/controls/check/", "control.check")
    tried(senior, "/console/review/trigger/", "trigger.open", reason="notice", words="A letter.")
    tried(senior, "/console/review/run/", "review.ask", profile="cn", **PERIOD)
    Review.objects.update(failed_at=NOW)
    path = f"/console/review/{Review.objects.get().pk}"
    tried(senior, f"{path}/again/", "review.ask")
    Review.objects.update(due_at=None, annex="What was found.", entry=1, signed=True)
    tried(senior, f"{path}/file/", "review.file", authority="The bureau", receipt="12/7")


@tries("console_find", "console_take", "console_close", "console_state", "console_reflex")
def test_nothing_is_found_mended_stated_or_switched(femi: User) -> None:
    senior = browser(femi, staff=True)
    tried(senior, "/console/findings/report/", "finding.open", title="A door is open", severity="major")
    path = f"/console/findings/{Finding.objects.get().pk}"
    tried(senior, f"{path}/take/", "finding.assign", due=SOON)
    tried(senior, f"{path}/close/", "finding.close", proof="It is shut.")
    tried(senior, "/console/statements/make/", "statement.make", topic="officer", english="Alice", chinese="")
    tried(senior, "/console/quality/crowd/", "reflex.on", on="on", limit="50")


def dismissed(desk: Client, report: Report) -> None:
    """Nothing: who has the case found that nothing was broken."""
    told = {"measure": "none", "policy": report.policy, "facts": "Nothing was broken.", "ground": "terms"}
    assert ask(desk, "POST", f"/console/cases/{report.case_id}/decide/", told) == HTTPStatus.FOUND
