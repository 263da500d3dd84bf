"""Catching up: bob's track was passed over while the machine was busy, and is written down once it is not."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app

from accounts.models import User
from moderation.actions import late
from moderation.cases import State
from moderation.hearing import transcribe as transcribing
from moderation.hearing.turn import turn
from moderation.models import Case, Evidence, Hint, Kind, Step
from moderation.policies import Policy
from rooms.models import Room
from tests.log import entry
from tests.moderation.filed import Ear, a_case, a_track
from tests.moderation.hearing.speech import packets, tone
from tests.rooms.scenes import NOON, a_room

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear("i will kill you")
    monkeypatch.setattr(transcribing, "chosen", lambda: ear)
    return ear


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tracks that a worker was asked to write down."""
    tracks: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda _name, args, **_how: tracks.extend(args))
    return tracks


def dies(_samples: object) -> None:
    raise MemoryError


def passed_over(bob: User, policy: Policy = Policy.HARASSMENT, room: str = "a" * 12) -> Evidence:
    case = a_case(bob, policy, step=Step.DONE, state=State.TRIAGED, room=room)
    return a_track(case, packets(tone(2)))


def test_a_track_that_was_passed_over_is_written_down_searched_and_weighed(bob: User, ear: Ear) -> None:
    track = passed_over(bob)
    assert late.catch_up(track.pk, LATER)
    assert set(Hint.objects.values_list("kind", flat=True)) == {Kind.TRANSCRIPT, Kind.WORDS}
    case = Case.objects.get()
    weighed = entry(action="case.score")
    assert (case.risk, case.step, case.state) == (weighed.score, Step.DONE, State.TRIAGED)
    assert weighed.automated
    assert case.risk > 0
    assert not late.catch_up(track.pk, LATER)
    assert ear.asked == 1


def test_while_another_process_listens_it_waits(bob: User, ear: Ear) -> None:
    track = passed_over(bob)
    with turn():
        assert not late.catch_up(track.pk, LATER)
    assert (ear.asked, Hint.objects.count()) == (0, 0)


def test_the_most_urgent_is_asked_for_while_no_case_waits_for_the_model(bob: User, asked: list[int]) -> None:
    passed_over(bob, Policy.SPAM, "b" * 12)
    grave = passed_over(bob, Policy.THREATS)
    waiting = a_case(None, step=Step.TRANSCRIBE)
    late.hand_over()
    assert asked == []
    Case.objects.filter(pk=waiting.pk).update(step=Step.DONE)
    late.hand_over()
    assert asked == [grave.pk]


def test_a_track_on_which_the_model_dies_keeps_it_from_no_other(
    bob: User, asked: list[int], ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    grave, other = passed_over(bob, Policy.THREATS), passed_over(bob, Policy.SPAM, "b" * 12)
    monkeypatch.setattr(ear, "transcribe", dies)
    for _ in range(late.TRIES):
        late.hand_over()
        with pytest.raises(MemoryError):
            late.catch_up(grave.pk, LATER)
    late.hand_over()
    assert asked == [grave.pk] * late.TRIES + [other.pk]
    assert not late.catch_up(grave.pk, LATER)


def test_to_wait_for_a_busy_machine_is_no_try(bob: User, asked: list[int]) -> None:
    track = passed_over(bob)
    with turn():
        for _ in range(late.TRIES + 1):
            late.hand_over()
            late.catch_up(track.pk, LATER)
    assert asked == [track.pk] * (late.TRIES + 1)
    assert late.catch_up(track.pk, LATER)


@pytest.mark.parametrize("change", [{"state": State.DECIDED}, {"step": Step.SCREEN}])
def test_a_case_that_is_decided_or_on_its_way_is_left_alone(
    bob: User, asked: list[int], change: dict[str, Any]
) -> None:
    track = passed_over(bob)
    Case.objects.update(**change)
    late.hand_over()
    assert asked == []
    assert not late.catch_up(track.pk, LATER)


def test_a_language_that_the_model_does_not_know_is_not_asked_for(bob: User, asked: list[int]) -> None:
    room = a_room(bob)
    Room.objects.update(language="zh-hans")
    passed_over(bob, Policy.THREATS, room.pk)
    late.hand_over()
    assert asked == []
    english = passed_over(bob, Policy.SPAM)
    late.hand_over()
    assert asked == [english.pk]
