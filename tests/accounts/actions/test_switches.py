"""The levers of the whole server."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import actions, switches
from accounts.actions.base import Code, Refused
from accounts.actions.switches import keep_export, pull, release
from accounts.models import InviteCode, Lever, Switch, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.log import entries, entry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCE = Source("192.0.2.7", 40000, "stoa.example:443", "tests", "http")


def test_a_lever_is_pulled_and_let_go_with_an_entry_for_each(alice: User) -> None:
    assert switches.pulled(Lever.JOINS) is None
    pull(Lever.JOINS, by=alice, now=NOON, source=SOURCE, note="Raid", most=5, reason="raid", role="senior")
    switch = switches.pulled(Lever.JOINS)
    assert switch
    assert (switch.reason, switch.note, switch.most, switch.pulled_by) == ("raid", "Raid", 5, alice.uid)
    release(Lever.JOINS, by=alice, source=SOURCE, role="senior")
    assert switches.pulled(Lever.JOINS) is None
    acts = entries(action="power.joins")
    assert [(act.actor, act.reason, act.role, act.detail) for act in acts] == [
        (alice.uid, "raid", "senior", {"on": True, "most": 5}),
        (alice.uid, "", "senior", {"on": False}),
    ]


def test_a_lever_is_neither_pulled_nor_let_go_twice(alice: User, bob: User) -> None:
    with pytest.raises(Refused) as caught:
        release(Lever.SERVER, by=alice, source=SOURCE)
    assert caught.value.code is Code.ALREADY
    pull(Lever.SERVER, by=alice, now=NOON, source=SOURCE)
    with pytest.raises(Refused) as caught:
        pull(Lever.SERVER, by=bob, now=NOON + timedelta(seconds=30), source=SOURCE)
    assert caught.value.code is Code.ALREADY
    assert Switch.objects.get().ends_at == NOON + timedelta(minutes=1)
    assert Entry.objects.count() == 1


def test_while_invites_are_frozen_nobody_makes_a_code(alice: User) -> None:
    pull(Lever.INVITES, by=alice, now=NOON, source=SOURCE)
    with pytest.raises(Refused) as caught:
        actions.issue(alice, uses=1, days=1, now=NOON, source=SOURCE)
    assert caught.value.code is Code.FROZEN
    assert not InviteCode.objects.exists()


def test_the_first_export_is_kept(alice: User) -> None:
    assert not keep_export("one.zip", "1" * 64, source=SOURCE)
    pull(Lever.SERVER, by=alice, now=NOON, source=SOURCE)
    assert keep_export("one.zip", "1" * 64, source=SOURCE)
    assert not keep_export("two.zip", "2" * 64, source=SOURCE)
    assert Switch.objects.get().export == "one.zip"
    assert entry(action="power.export").detail == {"sha256": "1" * 64}
