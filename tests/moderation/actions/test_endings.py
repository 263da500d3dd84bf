"""Accounts end: closed at once, erased when nothing prevents it, and gone when nothing keeps the row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisGone

from accounts import avatars
from accounts.actions import endings as row
from accounts.actions import issue, issue_reset
from accounts.models import (
    Acceptance,
    Block,
    InviteCode,
    PushSubscription,
    User,
)
from accounts.standing import suspended
from moderation import ending
from moderation.actions import cases, endings, rights
from moderation.actions.base import Code, Refused
from moderation.audit import people
from moderation.audit.models import Entry
from moderation.cases import State
from moderation.ending import QUIET
from moderation.models import Case, DataRequest, Staff, Wish
from rooms import bus
from rooms.actions.reminders import remind
from rooms.models import Member, Reminder
from tests.log import entries, entry
from tests.moderation.desk import claimed, rows
from tests.moderation.unwritable import full
from tests.rooms.scenes import SOURCE, a_scheduled_room, block, gathered

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NOW = timezone.now()
LATER = NOW + QUIET


def signed_in(user: User, digest: str) -> None:
    """A session of the person's in the browser of this digest."""
    session = SessionStore()
    session["device"] = digest
    session.create()
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key=session.session_key, user_agent="", data={})


def close(user: User, by: User | None = None) -> None:
    endings.close(user, by=by, now=NOW, source=SOURCE)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def gone(user: User) -> bool:
    """Whether the row is; what the sweeps do is done first."""
    endings.sweep(LATER)
    endings.forget(LATER)
    return not User.objects.filter(pk=user.pk).exists()


def refused(code: Code, act: Callable[[], object]) -> None:
    before = rows()
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code is code
    assert rows() == before


@pytest.fixture
def furnished(alice: User, bob: User, carol: User) -> User:
    """Bob has something of all that goes."""
    signed_in(bob, "digest")
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    block(bob, carol)
    block(carol, bob)
    remind(bob, a_scheduled_room(alice).pk, source=SOURCE, now=NOW)
    issue(bob, uses=1, days=7, now=NOW, source=SOURCE)
    issue_reset(bob, now=NOW, source=SOURCE)
    Acceptance.objects.create(user=bob, profile="p", version="v", digest="d", language="en", accepted_at=NOW)
    PushSubscription.objects.create(user=bob, session_key="s", endpoint="https://e", created_at=NOW)
    rights.ask(bob, Wish.CORRECTION, "I am Bobby.", now=NOW, source=SOURCE)
    bob.avatar = avatars.digest_of(b"a face")
    avatars.keep(bob.uid, b"a face")
    bob.save(update_fields=["avatar"])
    return bob


def test_a_closed_account_has_no_way_in_and_nothing_that_was_theirs_alone(furnished: User, carol: User) -> None:
    close(furnished, furnished)
    bob = fresh(furnished)
    assert (bob.is_active, bob.has_usable_password(), bob.avatar, bob.ended_at) == (False, False, "", NOW)
    assert authenticate(username="bob", password="seven grey herons wade") is None
    assert suspended(bob, NOW)
    for model in (Authenticator, UserSession, Session, Block, Reminder, PushSubscription):
        assert not model._default_manager.exists(), model
    assert not InviteCode.objects.filter(revoked_at=None).exists()
    assert avatars.read(bob.uid, furnished.avatar) is None
    told = entry(action="account.end")
    assert (told.actor, told.object_id) == (bob.uid, bob.uid)
    assert told.detail["codes"] == 1
    assert told.detail["rows"]["accounts.Block.blocker"] == 1
    assert carol.blocks.count() == 0


def test_nobody_who_merely_knew_them_is_touched(furnished: User, alice: User, carol: User) -> None:
    block(carol, alice)
    close(furnished)
    assert not gone(alice)
    assert fresh(carol).display_name == "Carol"
    assert carol.blocks.count() == 1


def test_who_is_erased_is_nobody_and_the_row_goes_when_nothing_keeps_it(furnished: User) -> None:
    close(furnished)
    assert endings.sweep(NOW) == 0  # what is under way about them is written first
    assert endings.sweep(LATER) == 1
    bob = fresh(furnished)
    assert (bob.display_name, bob.erased_at) == ("", LATER)
    assert bob.uid != furnished.uid
    assert people.find(furnished.uid) is None
    for model in (Acceptance, DataRequest):
        assert not model._default_manager.exists(), model
    assert endings.forget(LATER) == 1
    assert not User.objects.filter(pk=bob.pk).exists()
    assert not InviteCode.objects.exists()


def test_ended_twice_it_is_refused_and_nothing_changed(bob: User) -> None:
    close(bob)
    refused(Code.ALREADY, lambda: close(bob))


def test_the_owner_ends_by_the_operator_alone(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    refused(Code.OWNER, lambda: close(alice, alice))
    close(alice)
    assert not fresh(alice).is_superuser


def test_the_last_senior_ends_by_the_operator_alone(femi: User) -> None:
    refused(Code.LAST, lambda: close(femi, femi))
    close(femi)
    assert not Staff.objects.exists()


def test_while_redis_is_away_nothing_changes(bob: User, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered(alice, bob)

    class Dead:
        def ping(self) -> None:
            raise RedisGone

    monkeypatch.setattr(bus, "client", Dead)
    refused(Code.AWAY, lambda: close(bob))


def test_without_its_entry_nothing_changes(furnished: User) -> None:
    before = rows()
    with full(), pytest.raises(DatabaseError):
        close(furnished)
    assert rows() == before
    assert Session.objects.exists()
    assert avatars.read(furnished.uid, furnished.avatar) == b"a face"


def test_the_person_is_out_of_rooms_and_stands_in_none_once_erased(alice: User, bob: User) -> None:
    room = gathered(alice, bob)
    close(bob)
    assert Member.objects.filter(user=bob, present=False).exists()
    assert gone(bob)
    assert Member.objects.filter(room=room).count() == 1


def test_a_case_of_theirs_goes_back_to_the_queue(case: Case, dana: User, femi: User) -> None:
    claimed(case, dana)
    close(dana, dana)
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.TRIAGED, None)
    assert entry(action="case.release").reason == "ended"
    assert entry(action="staff.revoke").actor == dana.uid
    cases.claim(case.pk, by=femi, now=NOW, source=SOURCE)


@pytest.mark.parametrize("step", ["erase", "empty"])
def test_a_crash_between_two_steps_leaves_it_to_the_next_sweep(
    furnished: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    close(furnished)
    avatars.keep(furnished.uid, b"a face")  # as if its process had died before the picture was deleted
    with monkeypatch.context() as dying:
        dying.setattr(endings if step == "erase" else row, step, die)
        with pytest.raises(Killed):
            endings.sweep(LATER)
    assert people.find(furnished.uid)
    assert fresh(furnished).uid == furnished.uid
    assert gone(furnished)
    assert avatars.read(furnished.uid, furnished.avatar) is None


@pytest.mark.parametrize(("sweep", "asked"), [(endings.sweep, "due"), (endings.forget, "goes")])
def test_two_sweeps_at_once_do_and_tell_it_once(
    bob: User, monkeypatch: pytest.MonkeyPatch, sweep: Callable[[datetime], int], asked: str
) -> None:
    close(bob)
    if sweep is endings.forget:
        endings.sweep(LATER)
    before, answer = len(entries(action="log.erase")), getattr(ending, asked)

    def faster(*args: Any, **told: Any) -> Any:
        with monkeypatch.context() as other:
            other.setattr(ending, asked, answer)
            assert sweep(LATER) == 1
        return answer(*args, **told)

    monkeypatch.setattr(ending, asked, faster)
    assert sweep(LATER) == 0
    assert len(entries(action="log.erase")) == before + 1


def test_no_entry_names_them_after_their_key_is_gone(furnished: User, alice: User) -> None:
    gathered(alice, furnished)
    close(furnished, furnished)
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert gone(furnished)
    since = {one.action for one in entries() if one.id > last}
    assert since == {"log.erase"}
    assert all(furnished.uid not in (one.actor, one.object_id) for one in entries())
