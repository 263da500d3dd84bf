"""Forgetting past rooms: what goes, and what stays."""

import pytest

from accounts.models import User
from rooms.acquaintances import known_to
from rooms.actions.history import forget, forget_all
from rooms.history import past
from rooms.models import Access, Member, Room
from rooms.roles import Code, Move, Rank, Refused
from tests.log import entry
from tests.rooms.scenes import SOURCE, a_room, come, do, member

pytestmark = pytest.mark.django_db


def over(host: User, *guests: User) -> Room:
    room = a_room(host)
    for person in (host, *guests):
        come(person, room)
    do(host, room, Move.END)
    return room


def test_one_room_is_forgotten_and_the_row_is_gone(alice: User, bob: User) -> None:
    first, second = over(alice, bob), over(alice, bob)
    forget(bob, first.pk, source=SOURCE)
    assert [card["id"] for card in past(bob, 1)[0]] == [second.pk]
    assert not Member.objects.filter(room=first, user=bob).exists()
    assert len(past(alice, 1)[0]) == 2


def test_all_rooms_are_forgotten_and_the_entry_says_how_many_but_not_which(alice: User, bob: User) -> None:
    over(alice, bob)
    over(alice, bob)
    live = a_room(alice)
    come(bob, live)
    assert forget_all(bob, source=SOURCE) == 2
    assert forget_all(bob, source=SOURCE) == 0
    assert past(bob, 1)[0] == []
    assert member(bob, live).present
    deletion = entry(action="history.delete")
    assert (deletion.actor, deletion.room, deletion.detail) == (bob.uid, "", {"rooms": 2})


def test_a_ban_stays_without_when_one_was_there(alice: User, mallory: User) -> None:
    room = a_room(alice)
    come(mallory, room)
    do(alice, room, Move.BAN, mallory)
    come(alice, room)
    do(alice, room, Move.END)
    forget(mallory, room.pk, source=SOURCE)
    row = member(mallory, room)
    assert (row.barred, row.joined_at, row.left_at, row.spoke) == (True, None, None, False)
    assert past(mallory, 1)[0] == []


def test_who_hosted_stays_for_the_others_and_leaves_the_hosts_own_list(alice: User, bob: User) -> None:
    room = over(alice, bob)
    forget_all(alice, source=SOURCE)
    assert member(alice, room).rank == Rank.HOST
    assert past(alice, 1)[0] == []
    assert past(bob, 1)[0][0]["host"]["name"] == "Alice"


def test_those_met_in_it_are_not_known_any_more(alice: User, bob: User) -> None:
    room = a_room(alice)
    come(alice, room)
    come(bob, room)
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    do(alice, room, Move.END)
    assert known_to(bob) == {alice.pk}
    forget(bob, room.pk, source=SOURCE)
    assert known_to(bob) == known_to(alice) == frozenset()


@pytest.mark.parametrize("case", ["live", "anothers", "hidden", "missing"])
def test_nothing_else_can_be_forgotten_and_all_answer_alike(alice: User, bob: User, mallory: User, case: str) -> None:
    live, theirs, hidden = a_room(alice), over(alice, bob), a_room(alice, Access.INVITE)
    come(mallory, live)
    room = {"live": live.pk, "anothers": theirs.pk, "hidden": hidden.pk, "missing": "a" * 12}[case]
    before = list(Member.objects.order_by("pk").values())
    with pytest.raises(Refused) as refused:
        forget(mallory, room, source=SOURCE)
    assert refused.value.code is Code.NOT_FOUND
    assert list(Member.objects.order_by("pk").values()) == before
