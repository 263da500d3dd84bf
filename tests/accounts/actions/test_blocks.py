"""Blocking, and taking it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections

from accounts import actions
from accounts.actions import Code, Refused, blocks
from accounts.models import Block, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.log import entries


def blocked(action: str) -> list[tuple[str, str]]:
    return [(entry.actor, entry.object_id) for entry in entries(action=action)]


def test_blocking_is_recorded_by_ids_once(alice: User, mallory: User, now: datetime, source: Source) -> None:
    for _ in range(2):
        assert actions.block(alice, mallory.uid, now=now, source=source) == mallory
    assert list(Block.objects.values_list("blocker", "blocked")) == [(alice.pk, mallory.pk)]
    assert blocked("account.block") == [(alice.uid, mallory.uid)]


def test_unblocking_ends_one_block_and_is_recorded_once(
    alice: User, bob: User, mallory: User, now: datetime, source: Source
) -> None:
    actions.block(alice, mallory.uid, now=now, source=source)
    actions.block(alice, bob.uid, now=now, source=source)
    actions.block(mallory, alice.uid, now=now, source=source)
    for _ in range(2):
        actions.unblock(alice, mallory.uid, source=source)
    left = set(Block.objects.values_list("blocker", "blocked"))
    assert left == {(alice.pk, bob.pk), (mallory.pk, alice.pk)}
    assert blocked("account.unblock") == [(alice.uid, mallory.uid)]


def test_nobody_blocks_themselves_or_somebody_who_is_not_there(alice: User, now: datetime, source: Source) -> None:
    for uid, code in ((alice.uid, Code.ONESELF), ("f" * 16, Code.GONE), ("", Code.GONE)):
        with pytest.raises(Refused) as refused:
            actions.block(alice, uid, now=now, source=source)
        assert refused.value.code is code
    assert not Block.objects.exists()
    assert not Entry.objects.filter(action="account.block").exists()


def test_blocks_have_an_end(
    alice: User, bob: User, mallory: User, now: datetime, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST", 1)
    actions.block(alice, mallory.uid, now=now, source=source)
    actions.block(alice, mallory.uid, now=now, source=source)
    with pytest.raises(Refused) as refused:
        actions.block(alice, bob.uid, now=now, source=source)
    assert refused.value.code is Code.TOO_MANY_BLOCKS
    assert Block.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_taps_at_once_make_one_block_and_one_entry(
    alice: User, mallory: User, now: datetime, source: Source
) -> None:
    barrier = Barrier(10)

    def tap(_: int) -> None:
        try:
            barrier.wait(30)
            actions.block(alice, mallory.uid, now=now, source=source)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(tap, range(10)))
    assert Block.objects.count() == 1
    assert blocked("account.block") == [(alice.uid, mallory.uid)]
