"""Attack 8: somebody comes in or stays unseen: banned and back again, by an old invite, a kept token, their codes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import codes
from accounts.models import InviteCode, Redemption, User
from accounts.standing import suspended
from moderation.actions import decisions
from moderation.measures import Measure
from moderation.models import Case
from moderation.staff import Role
from rooms.models import Access, Member, Room
from rooms.roles import Code, Refused
from rooms.tokens import RoomToken, proof
from tests.accounts.pages import answer
from tests.log import entries
from tests.moderation.desk import claimed, decided, moderator, reported
from tests.rooms.scenes import NOON, SOURCE, a_room, come, gathered, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(alice: User, carol: User, mallory: User) -> Room:
    return gathered(alice, carol, mallory)


def banned(mallory: User, carol: User, room: Room, *, way_in: bool = False) -> Case:
    """Mallory is banned from the server by two people."""
    dana, femi = moderator("Dana"), moderator("Femi", Role.SENIOR)
    case = claimed(reported(carol, mallory, room).case, dana)
    decisions.confirm(decided(case, dana, Measure.BAN).pk, by=femi, now=NOON, source=SOURCE, way_in=way_in)
    mallory.refresh_from_db()
    return case


def test_who_is_banned_is_in_no_room_and_comes_into_none(room: Room, alice: User, carol: User, mallory: User) -> None:
    other = a_room(alice)
    come(mallory, other)
    banned(mallory, carol, room)
    assert not Member.objects.filter(user=mallory, present=True).exists()
    assert suspended(mallory, timezone.now() + timedelta(days=10_000))
    for door in ("/", f"/r/{room.pk}/", "/api/v1/rooms/", "/invites/"):
        visitor = Client()
        visitor.force_login(mallory)
        assert visitor.get(door).status_code == 403, door


def test_a_token_that_was_kept_opens_nothing_once_its_holder_is_banned(room: Room, carol: User, mallory: User) -> None:
    until = timezone.now() + timedelta(minutes=1)
    token = RoomToken(room.pk, mallory.uid, False, until, proof(mallory)).sign()  # as it stands there
    banned(mallory, carol, room)
    answer = Client().post(
        f"/api/v1/rooms/{room.pk}/whep",
        "v=0",
        content_type="application/sdp",
        headers={"authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")


def test_the_codes_of_somebody_banned_let_nobody_in(room: Room, carol: User, mallory: User) -> None:
    codes.issue(mallory, uses=1, days=7, now=timezone.now(), source=SOURCE)
    banned(mallory, carol, room)
    code = InviteCode.objects.get(issuer=mallory)
    assert code.revoked_at is not None
    assert entries(action="invite.revoke")[0].object_id == code.uid


def test_who_is_banned_comes_again_by_no_code_that_was_ended_with_it_and_others_do_by_others(
    room: Room, alice: User, carol: User, mallory: User
) -> None:
    now = timezone.now()
    shared, other = (codes.issue(alice, uses=uses, days=60, now=now, source=SOURCE) for uses in (2, 1))
    first, second = InviteCode.objects.order_by("pk")
    Redemption.objects.create(code=first, user=mallory, redeemed_at=NOON)
    banned(mallory, carol, room, way_in=True)
    assert Client().get(f"/join/{shared}").status_code == 404  # a browser that nobody knows
    assert Client().get(f"/join/{other}").headers["Location"] == "/join/name/"
    (told,) = entries(action="invite.revoke")
    assert (told.object_id, bool(told.case), second.revoked_at) == (first.uid, True, None)


def test_an_onboarding_that_began_before_the_ban_ends_with_the_code(
    room: Room, alice: User, carol: User, mallory: User
) -> None:
    shared = codes.issue(alice, uses=3, days=60, now=timezone.now(), source=SOURCE)
    Redemption.objects.create(code=InviteCode.objects.get(), user=mallory, redeemed_at=NOON)
    begun = Client()
    answer(begun, shared, username="mallory-again")
    banned(mallory, carol, room, way_in=True)
    assert begun.post("/join/notice/").status_code == 404
    assert not User.objects.filter(username="mallory-again").exists()


def test_an_invite_to_a_room_does_not_outlive_a_removal_from_it(alice: User, mallory: User) -> None:
    hidden = a_room(alice, Access.INVITE)
    come(alice, hidden)
    Member.objects.create(room=hidden, user=mallory, number=9, admitted=True)
    come(mallory, hidden)
    Member.objects.filter(pk=member(mallory, hidden).pk).update(admitted=False, present=False, removed_at=NOON)
    with pytest.raises(Refused) as refused:
        come(mallory, hidden)
    assert refused.value.code is Code.NOT_FOUND
