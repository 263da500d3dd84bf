"""What was under way as an account ended writes for it afterwards: that goes too, whenever it was written."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import Acceptance, Block, PushSubscription, User
from moderation import tasks
from moderation.actions import cases, endings, staff
from moderation.audit import people
from moderation.cases import State as CaseState
from moderation.ending import QUIET
from moderation.models import Case, DataRequest, Report, Staff, Wish
from moderation.staff import Role
from rooms import bus
from rooms.models import Member, Reminder, RoomInvite, State
from tests.log import entries, entry
from tests.moderation.actions.test_endings import signed_in
from tests.moderation.desk import rows
from tests.rooms.scenes import SOURCE, a_room, a_scheduled_room, block, gathered

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
LATER = NOW + QUIET
LATEST = LATER + QUIET


@pytest.fixture
def closed(mallory: User, alice: User, settings: Settings) -> User:
    """Her account is closed; the law keeps the log whole, so she is not erased for half a year."""
    settings.STOA_PROFILE = "cn"
    endings.close(mallory, by=None, now=NOW, source=SOURCE)
    return User.objects.get(pk=mallory.pk)


@pytest.fixture
def nobody(closed: User, alice: User, settings: Settings) -> User:
    """She is erased, and a place in the tree of invites keeps the row."""
    settings.STOA_PROFILE = "standard"
    endings.sweep(LATER)
    return User.objects.get(pk=closed.pk)


WRITE: dict[str, Callable[[User, User], object]] = {
    "a browser": lambda who, _: PushSubscription.objects.create(
        user=who, session_key="s", endpoint="https://e", created_at=NOW
    ),
    "a reminder": lambda who, alice: Reminder.objects.create(user=who, room=a_scheduled_room(alice), created_at=NOW),
    "a block": lambda who, alice: block(who, alice),
    "a block of them": lambda who, alice: block(alice, who),
    "a second factor": lambda who, _: Authenticator.objects.create(user=who, type=Authenticator.Type.TOTP, data={}),
    "a place on the staff": lambda who, _: staff.grant(who, Role.SENIOR, None, now=NOW, source=SOURCE),
    "a session": lambda who, _: signed_in(who, "digest"),
}
"""What goes as an account is closed."""
GONE = (PushSubscription, Reminder, Block, Authenticator, Staff, UserSession, Session, RoomInvite)


@pytest.mark.parametrize("what", WRITE)
def test_what_goes_as_an_account_is_closed_goes_when_it_was_written_afterwards(
    closed: User, alice: User, what: str
) -> None:
    WRITE[what](closed, alice)
    assert endings.clear(LATER) == 1
    assert not any(model._default_manager.exists() for model in GONE)
    before = rows()
    assert endings.clear(LATEST) == 0
    assert rows() == before


@pytest.mark.parametrize("what", WRITE)
def test_it_goes_also_where_only_a_row_without_a_name_is_left(nobody: User, alice: User, what: str) -> None:
    WRITE[what](nobody, alice)
    assert endings.clear(LATEST) == 1
    assert not any(model._default_manager.exists() for model in GONE)
    assert people.find(nobody.uid) is None


def test_an_entry_tells_what_went(closed: User, alice: User) -> None:
    block(closed, alice)
    endings.clear(LATER)
    told = entries(action="account.end")[-1]
    assert (told.reason, told.object_id, told.detail) == ("late", closed.uid, {"rows": {"accounts.Block.blocker": 1}})


def test_a_minute_belongs_to_what_is_under_way(closed: User, alice: User) -> None:
    block(closed, alice)
    assert endings.clear(LATER - timedelta(microseconds=1)) == 0
    assert Block.objects.exists()


def test_nobody_else_is_touched(alice: User, carol: User) -> None:
    gathered(alice, carol)
    block(carol, alice)
    before = rows()
    assert endings.clear(LATER) == 0
    assert rows() == before


def test_a_room_that_was_just_being_planned_is_called_off_long_before_they_are_erased(closed: User) -> None:
    room = a_scheduled_room(closed)
    assert endings.clear(LATER) == 1
    room.refresh_from_db()
    assert room.state == State.ENDED
    assert entry(action="room.end").reason == "host"


def test_a_room_that_was_just_being_opened_is_over_or_somebody_elses(nobody: User) -> None:
    room = a_room(nobody)
    assert endings.clear(LATEST) == 1
    room.refresh_from_db()
    assert room.state == State.ENDED
    assert not Member.objects.filter(user=nobody).exists()


def test_a_room_waits_for_redis_and_nothing_changed(closed: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        def ping(self) -> None:
            raise RedisGone

    a_scheduled_room(closed)
    before = rows()
    with monkeypatch.context() as away:
        away.setattr(bus, "client", Dead)
        assert endings.clear(LATER) == 0
    assert rows() == before
    assert endings.clear(LATER) == 1


def test_a_case_that_was_just_being_claimed_goes_back_to_the_queue(case: Case, dana: User, femi: User) -> None:
    endings.close(dana, by=None, now=NOW, source=SOURCE)
    Case.objects.update(state=CaseState.CLAIMED, holder=dana, held_at=NOW)
    assert endings.clear(LATER) == 1
    case.refresh_from_db()
    assert (case.state, case.holder) == (CaseState.TRIAGED, None)
    cases.claim(case.pk, by=femi, now=NOW, source=SOURCE)


def test_what_goes_as_they_are_erased_goes_when_it_was_written_afterwards(nobody: User) -> None:
    Acceptance.objects.create(user=nobody, profile="p", version="v", digest="d", language="en", accepted_at=NOW)
    DataRequest.objects.create(user=nobody, wish=Wish.ACCESS, words="", asked_at=NOW, due_at=NOW)
    before = len(entries(action="log.erase"))
    assert endings.clear(LATEST) == 1
    assert (Acceptance.objects.count(), DataRequest.objects.count()) == (0, 0)
    assert len(entries(action="log.erase")) == before + 1
    assert endings.clear(LATEST) == 0


def test_a_report_that_came_afterwards_names_nobody_once_its_case_is_closed(case: Case, nobody: User) -> None:
    Report.objects.update(reporter=nobody)
    before = rows()
    assert endings.clear(LATEST) == 0
    assert rows() == before
    Case.objects.update(state=CaseState.CLOSED)
    assert endings.clear(LATEST) == 1
    assert Report.objects.get().reporter is None


def test_workers_do_it_each_minute(closed: User, alice: User) -> None:
    block(closed, alice)
    User.objects.filter(pk=closed.pk).update(ended_at=timezone.now() - QUIET)
    tasks.end_accounts()
    assert not Block.objects.exists()
