"""Tests of moderation.audit.clock."""

import sys

import pytest

from moderation.audit import clock


@pytest.mark.parametrize(("answer", "state"), [(0, "synced"), (1, "synced"), (5, "free"), (-1, "")])
def test_the_kernel_says_whether_the_clock_follows_another(
    monkeypatch: pytest.MonkeyPatch, answer: int, state: str
) -> None:
    monkeypatch.setattr(clock, "_ADJTIMEX", lambda _buffer: answer)
    assert clock.state() == state


def test_where_the_system_does_not_say_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_ADJTIMEX", None)
    assert clock.state() == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no adjtimex")
def test_linux_does_say() -> None:
    assert clock.state() in (clock.SYNCED, clock.FREE)
