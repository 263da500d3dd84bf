"""What moderation does when a media process answers."""

import pytest

from accounts.models import User
from moderation import receivers
from moderation.actions import triage
from moderation.models import Evidence, Freeze, Frozen
from tests.moderation import tape
from tests.moderation.filed import a_case, a_freeze

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cases that a worker was told to go on with."""
    told: list[int] = []
    monkeypatch.setattr(triage, "hand_over", told.append)
    return told


def test_what_was_sealed_is_kept_once_and_a_worker_goes_on_with_the_case(bob: User, handed_over: list[int]) -> None:
    freeze = a_freeze(a_case(bob))
    tape.sealed(freeze, 1, tape.tone(440))
    for _ in range(2):  # web processes, each of which hears of it
        receivers.answered(freeze=freeze.pk, sfu="m1", tracks=(f"{freeze.pk}-1.sealed",))
    assert Evidence.objects.count() == 1
    assert set(handed_over) == {freeze.case_id}


def test_where_nothing_was_held_the_case_goes_on_without(bob: User, handed_over: list[int]) -> None:
    freeze = a_freeze(a_case(bob))
    receivers.answered(freeze=freeze.pk, sfu="m1", tracks=())
    assert Freeze.objects.get().outcome == Frozen.EMPTY
    assert handed_over == [freeze.case_id]


def test_an_answer_that_nobody_asked_for_changes_nothing(handed_over: list[int], db: None) -> None:
    receivers.answered(freeze="f" * 16, sfu="m1", tracks=(f"{'f' * 16}-1.sealed",))
    assert not Evidence.objects.exists()
    assert handed_over == []
