"""Suspended and restored."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore

from accounts import codes
from accounts.actions import standing
from accounts.actions.base import Code, Refused
from accounts.models import BarredDevice, InviteCode, Redemption, User
from accounts.standing import FOR_GOOD, suspended
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.log import entries, entry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WEEK = NOON + timedelta(days=7)
SOURCE = Source("192.0.2.7", 40000, "stoa.example:443", "tests", "http")


def how(by: User | None, **more: Any) -> dict[str, Any]:
    return {"by": by, "now": NOON, "source": SOURCE, **more}


def signed_in(user: User, digest: str) -> None:
    """A session of the person's in the browser of this digest."""
    session = SessionStore()
    session["device"] = digest
    session.set_expiry(NOON + timedelta(days=14))
    session.create()
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key=session.session_key, user_agent="", data={})


def let_in(host: User, guest: User) -> InviteCode:
    """The guest came by a code of the host's that lets in one more."""
    code = InviteCode.objects.create(
        digest=guest.uid, issuer=host, uses=2, uses_left=1, created_at=NOON, expires_at=WEEK
    )
    Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)
    return code


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_suspension_has_an_end_and_one_entry(bob: User, mallory: User) -> None:
    standing.suspend(bob, WEEK, **how(mallory, case="14", policy="spam", role="senior"))
    assert suspended(fresh(bob), WEEK - timedelta(seconds=1))
    assert not suspended(fresh(bob), WEEK)
    act = entry(action="account.suspend")
    assert (act.actor, act.object_id, act.role, act.case, act.policy) == (mallory.uid, bob.uid, "senior", "14", "spam")
    assert act.detail == {"until": WEEK.isoformat(), "devices": 0}


def test_a_ban_is_a_suspension_for_good_and_is_not_made_shorter(bob: User) -> None:
    standing.suspend(bob, FOR_GOOD, **how(None))
    standing.suspend(bob, WEEK, **how(None))
    assert fresh(bob).suspended_until == FOR_GOOD
    assert entry(action="account.suspend").detail["until"] == "for_good"


def test_a_suspension_that_only_bars_another_browser_has_an_entry_too(bob: User) -> None:
    standing.suspend(bob, FOR_GOOD, **how(None))
    signed_in(bob, "one")
    standing.suspend(bob, WEEK, **how(None))
    assert [act.detail["devices"] for act in entries(action="account.suspend")] == [0, 1]


def test_a_longer_suspension_bars_the_browsers_of_a_shorter_one_for_as_long(bob: User) -> None:
    signed_in(bob, "one")
    standing.suspend(bob, WEEK, **how(None))
    UserSession.objects.all().delete()
    standing.suspend(bob, FOR_GOOD, **how(None))
    assert BarredDevice.objects.get().until == FOR_GOOD
    assert not standing.bar_device(bob, "one", source=SOURCE)
    assert entries(action="account.bar_device") == []


def test_nobody_suspends_the_owner(alice: User, mallory: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    with pytest.raises(Refused) as caught:
        standing.suspend(alice, WEEK, **how(mallory))
    assert caught.value.code is Code.OWNER
    assert fresh(alice).suspended_until is None
    assert not Entry.objects.exists()


def test_the_browsers_of_the_suspended_are_barred_as_long(bob: User, carol: User) -> None:
    signed_in(bob, "one")
    signed_in(bob, "two")
    signed_in(carol, "three")
    standing.suspend(bob, WEEK, **how(None))
    assert set(BarredDevice.objects.values_list("digest", "user", "until")) == {
        ("one", bob.pk, WEEK),
        ("two", bob.pk, WEEK),
    }
    assert entry(action="account.suspend").detail["devices"] == 2


def test_whoever_is_restored_takes_part_again_and_leaves_no_browser_barred(bob: User, mallory: User) -> None:
    signed_in(bob, "one")
    standing.suspend(bob, FOR_GOOD, **how(mallory))
    standing.restore(bob, by=mallory, source=SOURCE, case="14")
    assert fresh(bob).suspended_until is None
    assert not BarredDevice.objects.exists()
    act = entry(action="account.restore")
    assert (act.actor, act.object_id, act.case, act.detail) == (mallory.uid, bob.uid, "14", {"until": None})


def test_what_another_decision_still_holds_is_left(bob: User) -> None:
    signed_in(bob, "one")
    standing.suspend(bob, FOR_GOOD, **how(None))
    standing.restore(bob, by=None, source=SOURCE, until=WEEK)
    assert fresh(bob).suspended_until == WEEK
    assert BarredDevice.objects.get().until == WEEK


def test_whoever_is_in_good_standing_is_not_restored(bob: User) -> None:
    with pytest.raises(Refused) as caught:
        standing.restore(bob, by=None, source=SOURCE)
    assert caught.value.code is Code.ALREADY
    assert not Entry.objects.exists()


def test_codes_that_still_open_the_door_are_revoked_and_no_others(bob: User, carol: User, mallory: User) -> None:
    opening = let_in(bob, carol)
    let_in(carol, mallory)
    InviteCode.objects.create(digest="used", issuer=bob, uses_left=0, created_at=NOON, expires_at=WEEK)
    InviteCode.objects.create(digest="over", issuer=bob, created_at=NOON, expires_at=NOON)
    assert standing.revoke_codes(bob, **how(mallory)) == 1
    assert list(InviteCode.objects.exclude(revoked_at=None)) == [opening]
    act = entry(action="invite.revoke")
    assert (act.actor, act.object_id) == (mallory.uid, opening.uid)


def test_the_codes_of_the_suspended_open_nothing_while_they_are(bob: User, carol: User) -> None:
    code = let_in(bob, carol)
    assert codes.refusal(codes.find(code.digest), NOON) is None
    standing.suspend(bob, WEEK, **how(None))
    assert codes.refusal(codes.find(code.digest), NOON) == "revoked"


@pytest.fixture
def tree(alice: User, bob: User, carol: User, mallory: User) -> None:
    """Alice let in Bob, he Carol, and she Mallory."""
    for host, guest in ((alice, bob), (bob, carol), (carol, mallory)):
        let_in(host, guest)


@pytest.mark.usefixtures("tree")
def test_a_branch_is_pruned_below_its_root(alice: User, bob: User, carol: User, mallory: User) -> None:
    standing.suspend(carol, FOR_GOOD, **how(alice))
    assert standing.prune(bob, **how(alice, case="14")) == [mallory]
    assert set(InviteCode.objects.exclude(revoked_at=None).values_list("issuer", flat=True)) == {bob.pk, carol.pk}
    acts = [(act.action, act.case) for act in entries(actor=alice.uid)]
    assert acts == [("account.suspend", ""), *[("invite.revoke", "14")] * 2]


@pytest.mark.usefixtures("tree")
def test_the_owner_stays_on_the_tree(alice: User, bob: User, carol: User, mallory: User) -> None:
    User.objects.filter(pk=carol.pk).update(is_superuser=True)
    assert standing.prune(bob, **how(alice)) == [mallory]


def test_a_branch_is_pruned_however_long_somebody_made_it(mallory: User) -> None:
    chain = User.objects.bulk_create(User(username=f"mallory{number}") for number in range(sys.getrecursionlimit()))
    codes = InviteCode.objects.bulk_create(
        InviteCode(digest=host.uid, issuer=host, uses_left=0, created_at=NOON, expires_at=WEEK)
        for host in (mallory, *chain[:-1])
    )
    Redemption.objects.bulk_create(
        Redemption(code=code, user=guest, redeemed_at=NOON) for code, guest in zip(codes, chain, strict=True)
    )
    assert standing.prune(mallory, **how(None)) == chain


def test_a_browser_with_which_a_suspended_person_signs_in_is_barred_once(bob: User) -> None:
    assert not standing.bar_device(bob, "one", source=SOURCE)
    standing.suspend(bob, WEEK, **how(None))
    assert standing.bar_device(bob, "one", source=SOURCE)
    assert not standing.bar_device(bob, "one", source=SOURCE)
    assert entry(action="account.bar_device").object_id == bob.uid


def test_a_barred_browser_is_forgotten_when_the_suspension_ends(bob: User, carol: User) -> None:
    for user, until in ((bob, WEEK), (carol, FOR_GOOD)):
        signed_in(user, user.username)
        standing.suspend(user, until, **how(None))
    assert standing.forget_devices(now=WEEK - timedelta(seconds=1), source=SOURCE) == 0
    assert standing.forget_devices(now=WEEK, source=SOURCE) == 1
    assert BarredDevice.objects.get().user == carol
    assert entry(action="account.forget_devices").detail == {"devices": 1}


@pytest.mark.parametrize(
    "act",
    [
        lambda user: standing.suspend(user, WEEK, **how(None)),
        lambda user: standing.restore(user, by=None, source=SOURCE, until=WEEK),
    ],
)
def test_what_cannot_be_recorded_does_not_happen(
    bob: User, monkeypatch: pytest.MonkeyPatch, act: Callable[[User], None]
) -> None:
    def broken(*_args: object, **_act: object) -> None:
        raise OSError

    monkeypatch.setattr(standing, "record", broken)
    with pytest.raises(OSError):  # noqa: PT011  # ours
        act(bob)
    assert fresh(bob).suspended_until is None
