"""G3, act by act: each is tried while no entry can be written, and then done, so that the next can be tried."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import evidence
from moderation.audit.models import Entry, Hold, Result
from moderation.models import Appeal, Decision, Freeze, Grant, HoldRequest, Staff, Unmasking
from rooms.models import Room
from rooms.roles import Move
from tests.moderation import tape
from tests.moderation.cast import at_console
from tests.moderation.unwritable import full, state
from tests.rooms.scenes import carry, do, member, wire

pytestmark = pytest.mark.django_db(transaction=True)
SOON = (timezone.now() + timedelta(days=30)).date().isoformat()


def browser(user: User, *, staff: bool = False) -> Client:
    """The person's browser, with the second factor for those on the staff."""
    client = at_console(user, None, factor=staff)
    client.raise_request_exception = False
    return client


def tried(client: Client, path: str, action: str, **fields: object) -> None:
    """Nothing: without the log it is answered 503, changes nothing and tells nobody; with it, it is done and told."""
    done = Entry.objects.filter(action=action, result=Result.OK)
    before, told = state(), done.count()
    with full(), wire() as caught:
        assert post(client, path, fields) == 503
    assert (state(), caught.parcels) == (before, [])
    assert post(client, path, fields) in (200, 201, 204, 302)
    assert done.count() == told + 1


def post(client: Client, path: str, fields: dict[str, object]) -> int:
    how = {"content_type": "application/json"} if path.startswith("/api/") else {}
    return client.post(path, fields, **how).status_code  # type: ignore[arg-type]  # `how` is no header


def test_nobody_accepts_what_applies(bob: User) -> None:
    tried(browser(bob), "/privacy/", "notice.accept")


def test_nobody_is_moved_in_a_room(room: Room, alice: User, bob: User, carol: User) -> None:
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    host, moves = browser(alice), f"/api/v1/rooms/{room.pk}/moves/"
    for move in ("mute", "move_to_audience", "remove"):
        tried(host, moves, f"member.{move}", move=move, member=member(bob, room).number)
    tried(host, moves, "member.ban", move="ban", member=member(carol, room).number)


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
    verdict = {"measure": "warn", "policy": "harassment", "facts": "He shouted.", "ground": "terms", "days": 7}
    tried(desk, f"{case}/decide/", "decision.make", **verdict)
    decision = Decision.objects.get().pk
    tried(browser(bob), f"/privacy/decisions/{decision}/appeal/", "case.appeal", words="I did not.")
    appeal = f"{case}/appeals/{Appeal.objects.get().pk}/"
    tried(senior, appeal, "appeal.upheld", result="upheld", reasons="He did.")


def test_no_two_people_name_or_hold_anybody(bob: User, femi: User, gus: User) -> None:
    one, other = browser(femi, staff=True), browser(gus, staff=True)
    tried(one, "/console/names/ask/", "person.unmask_ask", person=bob.uid, reason="A court asks.")
    tried(other, f"/console/names/{Unmasking.objects.get().pk}/", "person.unmask", approve="1")
    held = {"kind": "user", "named": "bob", "ground": "Court order 7/26", "review": SOON}
    tried(one, "/console/retention/hold/", "log.hold_ask", **held)
    tried(other, f"/console/retention/asked/{HoldRequest.objects.get().pk}/", "log.hold", decision="place")
    tried(other, f"/console/retention/holds/{Hold.objects.get().pk}/release/", "log.release")


def test_nothing_of_the_house_is_changed(room: Room, bob: User, femi: User) -> None:
    senior = browser(femi, staff=True)
    tried(senior, "/console/staff/grant/", "staff.grant", user="bob", role="moderator")
    tried(senior, f"/console/staff/{Staff.objects.get(user=bob).pk}/revoke/", "staff.revoke")
    text = {"policy": "spam", "english": "No leaflets.", "chinese": "禁止传单。"}
    tried(senior, "/console/policies/new/", "policy.write", **text)
    pull = {"reason": "raid", "words": "Quiet, please."}
    for power in ("lock", "slow"):
        tried(senior, f"/console/powers/room/{room.pk}/", f"power.{power}", power=power, seconds="30", **pull)
    why = {"policy": "hate", "facts": "They called for violence.", "ground": "terms"}
    tried(senior, f"/console/powers/room/{room.pk}/end/", "power.end_room", **why)
    tried(senior, "/console/powers/invites/", "power.invites", **pull)
