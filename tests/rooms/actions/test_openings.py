"""That somebody one knows opened a room: told once, to those who chose it and may come in."""

from typing import Any

import pytest
from django.utils import translation

from accounts.models import PushSubscription, User
from rooms import tasks
from rooms.actions import invites, openings, reminders
from rooms.actions.rooms import start
from rooms.models import Access, Reminder, Room
from rooms.roles import Move, Stage
from tests.log import entry
from tests.rooms.actions.test_reminders import Post, ask
from tests.rooms.actions.test_reminders import post as post  # a fixture
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, block, come, do
from tests.rooms.test_acquaintances import came

pytestmark = pytest.mark.django_db(transaction=True)


def listens(user: User) -> None:
    """They want to hear of openings, on one browser."""
    User.objects.filter(pk=user.pk).update(notify_openings=True)
    PushSubscription.objects.create(user=user, endpoint=f"https://push.example/{user.pk}", created_at=NOON)


@pytest.fixture
def bob_knows(alice: User, bob: User) -> User:
    """Bob, whom Alice invited and who wants to hear of it when she opens a room."""
    came(bob, alice)
    listens(bob)
    return bob


def told() -> list[tuple[str, bool]]:
    """Who has a row, and whether they asked for it."""
    return list(Reminder.objects.order_by("user__username").values_list("user__username", "asked"))


def test_those_who_know_the_host_and_chose_it_are_told_once_with_title_host_and_link(
    alice: User, bob_knows: User, carol: User, mallory: User, post: Post
) -> None:
    listens(alice)
    listens(mallory)  # a stranger
    came(carol, alice)  # who never chose it
    room = a_room(alice)
    for _ in range(2):
        tasks.remind()
    words = "Alice is hosting this room now. Come in and listen."
    assert post.sent == [("bob", "Slow Sunday", words, f"/r/{room.pk}")]
    assert entry(action="reminder.send").actor == bob_knows.uid


def test_whoever_invited_the_host_and_whoever_was_on_stage_with_them_know_them(
    alice: User, bob: User, carol: User
) -> None:
    came(alice, bob)
    first = a_room(alice)
    for person in (alice, carol):
        come(person, first)
    do(alice, first, Move.INVITE, carol)
    do(carol, first, Move.ACCEPT)
    for person in (bob, carol):
        listens(person)
    a_room(alice)
    assert told() == [("bob", False), ("carol", False)]


def test_a_scheduled_room_is_told_of_when_it_starts_and_not_before(alice: User, bob_knows: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    assert told() == []
    start(alice, room.pk, source=SOURCE, now=NOON)
    tasks.remind()
    assert [(name, url) for name, _, _, url in post.sent] == [("bob", f"/r/{room.pk}")]


def test_whoever_asked_to_be_reminded_is_told_by_that_alone(alice: User, bob_knows: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    ask(bob_knows, room)
    start(alice, room.pk, source=SOURCE, now=NOON)
    tasks.remind()
    assert told() == [("bob", True)]
    assert [words for _, _, words, _ in post.sent] == ["It has started. Come in and listen."]


@pytest.mark.parametrize("case", ["hidden", "blocks", "blocked", "deaf", "gone", "unchosen", "barred"])
def test_there_is_no_row_for_those_it_is_nothing_to(alice: User, bob_knows: User, case: str) -> None:
    room = a_scheduled_room(alice, access=Access.INVITE if case == "hidden" else Access.OPEN)
    if case == "blocks":
        block(bob_knows, alice)
    elif case == "blocked":
        block(alice, bob_knows)
    elif case == "deaf":
        PushSubscription.objects.all().delete()
    elif case == "barred":
        room.members.create(user=bob_knows, number=2, barred=True)
    elif case == "gone":
        User.objects.filter(pk=bob_knows.pk).update(is_active=False)
    elif case == "unchosen":
        User.objects.filter(pk=bob_knows.pk).update(notify_openings=False)
    start(alice, room.pk, source=SOURCE, now=NOON)
    assert told() == []


def test_an_invite_only_room_is_told_of_to_those_who_are_invited(alice: User, bob_knows: User, carol: User) -> None:
    came(carol, alice)
    listens(carol)
    room = a_scheduled_room(alice, access=Access.INVITE)
    invites.invite_user(alice, room.pk, "bob", Stage.AUDIENCE, source=SOURCE, now=NOON)
    start(alice, room.pk, source=SOURCE, now=NOON)
    assert told() == [("bob", False)]


@pytest.mark.parametrize("case", ["present", "blocks", "blocked", "quiet", "over"])
def test_what_changed_since_the_opening_counts(alice: User, bob_knows: User, post: Post, case: str) -> None:
    room = a_room(alice)
    if case == "present":
        come(bob_knows, room)
    elif case == "blocks":
        block(bob_knows, alice)
    elif case == "blocked":
        block(alice, bob_knows)
    elif case == "quiet":
        User.objects.filter(pk=bob_knows.pk).update(notify_openings=False)
    else:
        come(alice, room)
        do(alice, room, Move.END)
    assert not reminders.send(Reminder.objects.get().pk, source=SOURCE, now=NOON)
    assert post.sent == []


def test_it_is_said_in_the_readers_language(alice: User, bob_knows: User, post: Post) -> None:
    User.objects.filter(pk=bob_knows.pk).update(language="zh-hans")
    a_room(alice)
    tasks.remind()
    with translation.override("zh-hans"):
        words = translation.gettext("%(name)s is hosting this room now. Come in and listen.") % {"name": "Alice"}
    assert [said for _, _, said, _ in post.sent] == [words]


def test_it_is_not_shown_as_asked_for_and_not_taken_back(alice: User, bob_knows: User) -> None:
    room = a_room(alice)
    reminders.forget(bob_knows, room.pk, source=SOURCE)
    assert told() == [("bob", False)]


def test_an_opening_that_fails_tells_nobody(alice: User, bob_knows: User, monkeypatch: pytest.MonkeyPatch) -> None:
    room = a_scheduled_room(alice)
    tell_of = openings.tell_of

    def fail(room: Room, host: User) -> None:
        tell_of(room, host)
        raise RuntimeError

    monkeypatch.setattr("rooms.actions.openings.tell_of", fail)
    with pytest.raises(RuntimeError):
        start(alice, room.pk, source=SOURCE, now=NOON)
    assert told() == []


def test_it_is_one_statement_and_bounded(
    alice: User,
    bob_knows: User,
    carol: User,
    mallory: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    room = a_room(alice)
    Reminder.objects.all().delete()
    for person in (carol, mallory):
        came(person, alice)
        listens(person)
    User.objects.filter(pk=carol.pk).update(last_login=NOON)
    monkeypatch.setattr(openings, "MOST", 1)
    with django_assert_num_queries(1):
        openings.tell_of(room, alice)
    assert told() == [("carol", False)]
