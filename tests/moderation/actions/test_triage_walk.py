"""Steps in any order, workers that die anywhere, reports that come in: nothing is lost and nothing done twice."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.models import User
from moderation.actions import cases, evidence, hints, triage
from moderation.audit.models import Entry
from moderation.audit.record import Written, record
from moderation.cases import State
from moderation.hearing import transcribe as transcribing
from moderation.models import Case, Evidence, Freeze, Hint, Kind, Step
from tests.moderation import tape
from tests.moderation.filed import Ear, a_case, a_freeze
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


class Died(BaseException):
    """What becomes of a worker."""


class Walk:
    """One case, several workers."""

    def __init__(self, subject: User, moderator: User) -> None:
        self.now, self.moderator = NOON, moderator
        self.pk = a_case(subject).pk
        self.seen = [Case.objects.get()]  # as workers know the case, who may be slow
        self.claimed_new, self.reports = False, 0

    def work(self, _: int) -> None:
        triage.go_on(self.pk, self.now)

    def work_late(self, which: int) -> None:
        known = self.seen[which % len(self.seen)]
        if known.step != Step.DONE:
            triage.STEPS[known.step](known, self.now)

    def see(self, _: int) -> None:
        self.seen.append(Case.objects.select_related("subject").get())

    def die(self, at: int) -> None:
        """The worker is killed at its entry number `at`: in the middle of a transaction."""
        write = _mortal(at % 3)
        with suppress(Died), patch.object(cases, "record", write), patch.object(evidence, "record", write):
            triage.go_on(self.pk, self.now)

    def report(self, files: int) -> None:
        """As `reports` does it: the case begins anew, with a freeze that is answered, or will not be."""
        self.reports += 1
        Case.objects.update(step=Step.COLLECT, stepped_at=self.now)
        freeze = a_freeze(Case.objects.get(), asked_at=self.now)
        for member in range(files % 3):
            tape.sealed(freeze, member + 1, (b"\xf8\xff\xfe",) * 5)

    def claim(self, _: int) -> None:
        case = Case.objects.get()
        if case.state in (State.NEW, State.TRIAGED):
            self.claimed_new |= case.state == State.NEW
            cases.claim(self.pk, by=self.moderator, now=self.now, source=SOURCE)

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=1 + seconds * 7)

    def finish(self) -> None:
        for _ in range(3):
            while triage.go_on(self.pk, self.now):
                pass
            self.now += triage.ANSWERED_WITHIN


ACTS = (Walk.work, Walk.work, Walk.work_late, Walk.see, Walk.die, Walk.report, Walk.claim, Walk.wait)


def _mortal(lives: int) -> Callable[..., Written]:
    left = [lives]

    def write(*args: Any, **named: Any) -> Written:
        left[0] -= 1
        if left[0] < 0:
            raise Died
        return record(*args, **named)

    return write


@given(acts=some.lists(some.tuples(some.sampled_from(ACTS), some.integers(0, 8)), max_size=25))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_whom_each_change_is_made_once_with_its_entry(
    alice: User, bob: User, acts: list[tuple[Callable[[Walk, int], None], int]]
) -> None:
    ear = Ear()
    with (
        transaction.atomic(),
        patch.object(transcribing, "chosen", lambda: ear),
        patch("moderation.actions.triage.rooms.freeze"),
    ):
        walk = Walk(bob, alice)
        for act, number in acts:
            before = _place()
            act(walk, number)
            assert _place() >= before or act is Walk.report
        walk.finish()
        _holds(walk)
        transaction.set_rollback(True)


def _holds(walk: Walk) -> None:
    case = Case.objects.get()
    assert case.step == Step.DONE
    assert case.state in (State.TRIAGED, State.CLAIMED)
    assert _entries("case.triage") == (not walk.claimed_new)
    assert _entries("case.hint") == Hint.objects.count()
    assert _entries("evidence.seal") == Evidence.objects.count()
    assert _entries("evidence.answer") == Freeze.objects.exclude(outcome="").count() == Freeze.objects.count()
    assert 1 <= _entries("case.score") <= 1 + walk.reports
    scores = Entry.objects.filter(action="case.score").order_by("-pk").values_list("score", flat=True)
    assert case.risk == scores[0]
    heard = Q(hints__kind=Kind.SOUND)
    assert not Evidence.objects.exclude(heard).exists()
    assert Hint.objects.filter(kind=Kind.WORDS).count() == Hint.objects.filter(kind=Kind.TRANSCRIPT).count()
    if walk.now - NOON < hints.PATIENCE[Step.TRANSCRIBE]:
        assert Hint.objects.filter(kind=Kind.TRANSCRIPT).count() == Evidence.objects.count()


def _place() -> int:
    """How far the case is."""
    return list(Step).index(Step(Case.objects.get().step))


def _entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()
