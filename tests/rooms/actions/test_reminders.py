"""Reminders: asked for, taken back, and sent once, whatever happens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from moderation.audit.models import Entry
from rooms import tasks
from rooms.actions import reminders
from rooms.actions.orders import end_room
from rooms.actions.rooms import Edit, cancel, edit, start
from rooms.actions.sweep import sweep
from rooms.models import Access, Reminder, Room
from rooms.reminders import due
from rooms.roles import Code, Move, Refused
from tests.log import entries, entry
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, block, come, do

pytestmark = pytest.mark.django_db(transaction=True)
BEGINS = NOON + timedelta(hours=24)


class Post:
    """What was handed over for sending."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str, str]] = []
        self.until: list[datetime] = []

    def __call__(self, user: User, title: str, body: str, url: str, until: datetime) -> None:
        self.sent.append((user.username, title, body, url))
        self.until.append(until)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    caught = Post()
    monkeypatch.setattr("accounts.push.send", caught)
    return caught


def ask(user: User, room: Room) -> int:
    reminders.remind(user, room.pk, source=SOURCE, now=NOON)
    return Reminder.objects.get(room=room, user=user).pk


def send(pk: int, now: datetime = BEGINS - timedelta(minutes=10)) -> bool:
    return reminders.send(pk, source=SOURCE, now=now)


def test_asked_for_twice_there_is_one_and_one_entry(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice)
    ask(bob, room)
    ask(bob, room)
    assert len(entries(action="reminder.set", actor=bob.uid, room=room.pk)) == 1
    for _ in range(2):
        reminders.forget(bob, room.pk, source=SOURCE)
    assert not Reminder.objects.exists()
    assert Entry.objects.filter(action="reminder.unset").count() == 1


@pytest.mark.parametrize("case", ["hidden", "live", "ended", "banned"])
def test_there_is_none_of_what_does_not_come(alice: User, mallory: User, case: str) -> None:
    room = a_scheduled_room(alice, access=Access.INVITE if case == "hidden" else Access.OPEN)
    if case == "banned":
        room.members.create(user=mallory, number=2, barred=True)
    if case in ("live", "ended"):
        start(alice, room.pk, source=SOURCE, now=NOON)
    if case == "ended":
        do(alice, room, Move.END)
    code = {"hidden": Code.NOT_FOUND, "live": Code.ALREADY, "ended": Code.ENDED, "banned": Code.BANNED}[case]
    with pytest.raises(Refused) as refused:
        ask(mallory, room)
    assert refused.value.code is code
    assert not Reminder.objects.exists()


def test_it_is_sent_once_with_title_time_and_link(alice: User, bob: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    assert send(pk)
    assert not send(pk)
    assert post.sent == [("bob", "Questions", "It starts in 10 minutes.", f"/r/{room.pk}")]
    assert post.until == [BEGINS + timedelta(minutes=30)]
    assert entry(action="reminder.send").actor == bob.uid


def test_it_says_that_a_room_has_started_in_the_readers_language(alice: User, bob: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    pk = ask(bob, room)
    start(alice, room.pk, source=SOURCE, now=NOON)
    assert send(pk, NOON)
    with translation.override("zh-hans"):
        assert post.sent[0][2] == translation.gettext("It has started. Come in and listen.")
    assert "started" not in post.sent[0][2]


def test_a_run_that_dies_while_sending_leaves_it_to_the_next(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    pk = ask(bob, a_scheduled_room(alice))

    def die(*_arguments: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr("accounts.push.send", die)
        with pytest.raises(SystemExit):
            send(pk)
    assert Reminder.objects.get().sent_at is None
    assert send(pk)
    assert len(post.sent) == 1


@pytest.mark.parametrize("case", ["present", "blocked", "quiet", "banned"])
def test_it_is_not_sent_to_those_it_is_nothing_to(alice: User, bob: User, post: Post, case: str) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    start(alice, room.pk, source=SOURCE, now=NOON)
    if case == "present":
        come(bob, room)
    elif case == "blocked":
        block(alice, bob)
    elif case == "banned":
        room.members.create(user=bob, number=2, barred=True)
    else:
        User.objects.filter(pk=bob.pk).update(notify_reminders=False)
    assert not send(pk)
    assert post.sent == []
    assert Reminder.objects.get().sent_at is not None


def test_another_time_is_told_again(alice: User, bob: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    send(pk)
    edit(alice, room.pk, Edit(scheduled_for=BEGINS + timedelta(hours=2)), source=SOURCE, now=NOON)
    assert send(pk, BEGINS + timedelta(hours=2, seconds=-30))
    assert [words for _, _, words, _ in post.sent] == ["It starts in 10 minutes.", "It starts in 1 minute."]


def test_of_a_room_that_moved_since_it_was_found_due_nothing_is_sent_before_its_new_time(
    alice: User, bob: User, post: Post
) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    soon = BEGINS - timedelta(minutes=10)
    assert due(soon) == [pk]
    move_to(room, BEGINS + timedelta(hours=2), alice)
    assert not send(pk, soon)
    assert post.sent == []
    assert send(pk, soon + timedelta(hours=2))
    assert [words for _, _, words, _ in post.sent] == ["It starts in 10 minutes."]


def tell(pk: int, now: datetime = NOON) -> bool:
    return reminders.tell(pk, source=SOURCE, now=now)


def move_to(room: Room, time: datetime, host: User) -> None:
    edit(host, room.pk, Edit(scheduled_for=time), source=SOURCE, now=NOON)


def test_who_asked_is_told_of_another_time_once_and_again_of_the_next(alice: User, bob: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    assert not tell(pk)
    move_to(room, BEGINS + timedelta(hours=2), alice)
    assert tell(pk)
    assert not tell(pk)
    words = "The host changed the time. It is to start on Jan 2, 2026, 2:00 PM UTC."
    assert post.sent == [("bob", "Questions", words, f"/r/{room.pk}")]
    assert post.until == [BEGINS + timedelta(hours=2, minutes=30)]
    assert entry(action="reminder.tell").actor == bob.uid
    move_to(room, BEGINS, alice)
    assert tell(pk)
    assert len(post.sent) == 2


@pytest.mark.parametrize("told", [False, True])
def test_who_asked_is_told_that_the_host_called_it_off_once_in_their_language(
    alice: User, bob: User, post: Post, told: bool
) -> None:
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    if told:
        send(pk)
        post.sent.clear()
    cancel(alice, room.pk, source=SOURCE, now=NOON)
    assert tell(pk)
    assert not tell(pk)
    with translation.override("zh-hans"):
        words = translation.gettext("The host called this room off.")
    assert post.sent == [("bob", "Questions", words, f"/r/{room.pk}")]
    assert post.until[-1] == BEGINS + timedelta(minutes=30)
    assert words != "The host called this room off."
    assert pk not in due(BEGINS)


def test_it_says_so_where_it_was_the_moderation_that_called_it_off(alice: User, bob: User, post: Post) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    end_room(room.pk, by=None, notice={"measure": "end_room"}, source=SOURCE, now=NOON)
    assert tell(pk)
    assert [words for _, _, words, _ in post.sent] == ["The moderators of this server called this room off."]


@pytest.mark.parametrize("case", ["soon", "started", "forgotten", "quiet", "blocked", "banned"])
def test_there_is_nothing_to_tell_of_what_the_reminder_says_and_to_those_it_is_nothing_to(
    alice: User, bob: User, post: Post, case: str
) -> None:
    room = a_scheduled_room(alice)
    pk = ask(bob, room)
    if case == "forgotten":
        sweep(lambda held: held, source=SOURCE, now=BEGINS + timedelta(hours=12))
    else:
        move_to(room, NOON + timedelta(minutes=10 if case == "soon" else 11), alice)
    if case == "started":
        start(alice, room.pk, source=SOURCE, now=NOON)
    elif case == "quiet":
        User.objects.filter(pk=bob.pk).update(notify_reminders=False)
    elif case == "blocked":
        block(alice, bob)
    elif case == "banned":
        room.members.create(user=bob, number=2, barred=True)
    assert not tell(pk)
    assert post.sent == []


def test_the_task_tells_what_changed_and_ends_what_never_took_place(alice: User, bob: User, post: Post) -> None:
    off, other = a_scheduled_room(alice), a_scheduled_room(alice, hours=24 * 36500)
    ask(bob, off)
    kept = ask(bob, other)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    for _ in range(2):
        tasks.remind()
    assert [words for _, _, words, _ in post.sent] == ["The host called this room off."]
    assert [row.pk for row in Reminder.objects.all()] == [kept]
    assert entry(action="reminder.end").room == off.pk


def test_the_task_sends_what_is_due_however_often_it_runs(alice: User, bob: User, carol: User, post: Post) -> None:
    started = a_scheduled_room(alice, hours=24 * 3650)
    a_room(carol)
    for person in (bob, carol):
        ask(person, started)
    ask(bob, a_scheduled_room(alice, hours=24 * 36500))
    start(alice, started.pk, source=SOURCE, now=NOON)
    tasks.remind()
    tasks.remind()
    assert sorted(name for name, *_ in post.sent) == ["bob", "carol"]
    assert tasks.remind.name == "rooms.remind"
