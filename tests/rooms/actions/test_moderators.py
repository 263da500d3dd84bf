"""Moderators named in advance."""

import pytest

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms.actions import moderators
from rooms.actions.rooms import Plan, open_room, start
from rooms.admission import visible_room
from rooms.models import Access, Member, Room
from rooms.roles import Code, Rank, Refused
from tests.log import entry
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, member

pytestmark = pytest.mark.django_db


def name(host: User, room: Room, username: str) -> Member:
    return moderators.name(host, room.pk, username, source=SOURCE, now=NOON)


def test_a_moderator_named_in_advance_may_come_in_and_keeps_the_rank(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice, access=Access.INVITE)
    assert visible_room(bob, room.pk) is None
    name(alice, room, "BOB")
    assert visible_room(bob, room.pk) is not None
    start(alice, room.pk, source=SOURCE, now=NOON)
    come(bob, room)
    assert member(bob, room).rank == Rank.MODERATOR
    assert entry(action="member.make_moderator").object_id == bob.uid


def test_they_can_be_named_as_the_room_is_opened_all_or_none(alice: User, bob: User, carol: User) -> None:
    plan = Plan("Jazz", Access.OPEN, moderators=("bob", "carol"))
    room = open_room(alice, plan, source=SOURCE, now=NOON)
    assert {member(person, room).rank for person in (bob, carol)} == {Rank.MODERATOR}
    with pytest.raises(Refused) as refused:
        open_room(alice, Plan("Blues", Access.OPEN, moderators=("bob", "nobody")), source=SOURCE, now=NOON)
    assert refused.value.code is Code.NO_MEMBER
    assert not Room.objects.filter(title="Blues").exists()


def test_one_who_is_unnamed_is_a_member_like_others(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice)
    name(alice, room, "bob")
    moderators.unname(alice, room.pk, bob.uid, source=SOURCE, now=NOON)
    assert member(bob, room).rank == Rank.MEMBER
    with pytest.raises(Refused) as refused:
        moderators.unname(alice, room.pk, bob.uid, source=SOURCE, now=NOON)
    assert refused.value.code is Code.NO_MEMBER


def test_nobody_but_the_host_names_or_unnames(alice: User, bob: User, mallory: User) -> None:
    room = a_scheduled_room(alice)
    name(alice, room, "bob")
    for person in (bob, mallory):
        for act in (
            lambda who: moderators.name(who, room.pk, "mallory", source=SOURCE, now=NOON),
            lambda who: moderators.unname(who, room.pk, bob.uid, source=SOURCE, now=NOON),
        ):
            with pytest.raises(Refused) as refused:
                act(person)
            assert refused.value.code is Code.FORBIDDEN
    assert list(Member.objects.filter(room=room, rank=Rank.MODERATOR).values_list("user", flat=True)) == [bob.pk]
    assert Entry.objects.filter(result=Result.REFUSED).count() == 4


@pytest.mark.parametrize(
    ("username", "code"), [("nobody", Code.NO_MEMBER), ("alice", Code.ALREADY), ("bob", Code.ALREADY)]
)
def test_who_is_not_there_or_ranks_already_is_refused(alice: User, bob: User, username: str, code: Code) -> None:
    room = a_scheduled_room(alice)
    name(alice, room, "bob")
    with pytest.raises(Refused) as refused:
        name(alice, room, username)
    assert refused.value.code is code


def test_the_banned_are_refused_and_nothing_changed(alice: User, mallory: User) -> None:
    room = a_scheduled_room(alice)
    room.members.create(user=mallory, number=2, barred=True)
    with pytest.raises(Refused) as refused:
        name(alice, room, "mallory")
    assert refused.value.code is Code.BANNED
    assert member(mallory, room).rank == Rank.MEMBER


def test_there_is_a_most(alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderators, "MOST", 1)
    room = a_scheduled_room(alice)
    name(alice, room, "bob")
    with pytest.raises(Refused) as refused:
        name(alice, room, "carol")
    assert refused.value.code is Code.TOO_MANY


def test_once_it_is_live_the_role_table_names_them(alice: User, bob: User) -> None:
    with pytest.raises(Refused) as refused:
        name(alice, a_room(alice), "bob")
    assert refused.value.code is Code.WRONG_STAGE
