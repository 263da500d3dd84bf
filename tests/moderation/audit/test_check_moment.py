"""`audit verify` beside a server that prunes and seals: it looks at one moment of the log."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from threading import Thread
from typing import TypeVar

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from moderation.audit import check
from moderation.audit.models import Entry
from moderation.audit.prune import prune
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from tests.audit_triggers import lifted
from tests.log import aged, many

T = TypeVar("T")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_log_with_an_entry_whose_time_is_over() -> None:
    many(3)
    aged(Entry.objects.earliest("pk"), timedelta(days=3000))
    seal(timezone.now())


def verify() -> str:
    out = StringIO()
    call_command("audit", "verify", stdout=out, stderr=out)
    return out.getvalue()


def elsewhere(act: Callable[[], object]) -> None:
    """Nothing: another process has done it."""

    def run() -> None:
        act()
        connections.close_all()

    other = Thread(target=run)
    other.start()
    other.join()


def then(ask: Callable[..., T], act: Callable[[], object]) -> Callable[..., T]:
    """The same question, after whose answer another process does this."""

    def asked(*arguments: object) -> T:
        answer = ask(*arguments)
        elsewhere(act)
        return answer

    return asked


def test_what_is_pruned_while_it_looks_is_nothing_that_somebody_took(monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        assert prune(timezone.now(), source=Source.internal("command")) == 1

    monkeypatch.setattr(check, "_prunings", then(check._prunings, act))
    assert "whole: 3 entries" in verify()
    assert Entry.objects.filter(action="log.prune").exists()


def test_what_is_sealed_while_it_looks_is_nothing_that_somebody_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        many(2)
        seal(timezone.now())

    batches = check._batches
    monkeypatch.setattr(check, "_batches", then(lambda: list(batches()), act))
    assert "whole: 3 entries" in verify()
    monkeypatch.undo()
    assert "whole: 5 entries" in verify()


def test_what_somebody_took_before_it_looks_is_found() -> None:
    with lifted():
        Entry.objects.latest("pk").delete()
    with pytest.raises(CommandError):
        verify()


def test_nobody_waits_for_it_and_it_leaves_no_transaction_open() -> None:
    with check.one_moment():
        assert list(check.faults(timezone.now())) == []
        elsewhere(lambda: many(1))
        assert Entry.objects.count() == 3
    assert Entry.objects.count() == 4
    many(1)
