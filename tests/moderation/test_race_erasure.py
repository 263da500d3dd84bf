"""Erasing somebody at the moment at which somebody else writes about them: one comes first, and the other knows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from accounts.models import User
from moderation.actions import cases as acts
from moderation.actions import endings, holds, reports
from moderation.actions.base import Code, Refused
from moderation.audit import people
from moderation.audit.erase import BusyError, Erased, NeededError, erase
from moderation.audit.hold import HeldError
from moderation.audit.models import Hold
from moderation.models import About, Case, Held
from rooms.models import Room
from tests.holding import apart, held, needs_rows
from tests.moderation.desk import DAY, complaint, reported
from tests.rooms.scenes import NOON, SOURCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60), needs_rows]


def erased(who: User) -> Erased:
    return erase(who.uid, by="", reason="request", now=NOON, source=SOURCE)


def test_nobody_is_erased_while_a_case_about_them_is_just_opened(room: Room, bob: User, carol: User) -> None:
    with held(lambda: reported(carol, bob, room), lambda: erased(bob)) as late:
        pass
    assert isinstance(late.exception(), NeededError)


def of_alice(room: Room, carol: User) -> Case:
    return reports.report_member(carol, room.pk, 1, complaint(), source=SOURCE, now=NOON).case


def of_her_room(room: Room, carol: User) -> Case:
    return reports.report_room(carol, room.pk, complaint(), source=SOURCE, now=NOON).case


@pytest.mark.parametrize("opens", [of_alice, of_her_room])
def test_nobody_is_erased_before_the_log_tells_of_the_case_that_is_opened(
    room: Room, alice: User, carol: User, opens: Callable[[Room, User], Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[BaseException | None] = []

    def told(*_words: object, **_more: object) -> None:
        if not refused:
            refused.append(thread.submit(apart, lambda: erased(alice)).exception())

    monkeypatch.setattr(acts, "record", told)
    with ThreadPoolExecutor(1) as thread:
        opens(room, carol)
    assert isinstance(refused[0], BusyError), refused
    with pytest.raises(NeededError):
        erased(alice)


def test_a_case_about_the_room_of_somebody_who_is_just_erased_waits_until_they_are(
    room: Room, alice: User, carol: User
) -> None:
    with held(lambda: erased(alice), partial(of_her_room, room, carol)) as late:
        assert not Case.objects.exists()
    assert late.result().about == About.ROOM


def test_nobody_is_reported_under_the_id_that_they_lose_at_that_moment(bob: User, carol: User) -> None:
    endings.close(bob, by=None, now=NOON, source=SOURCE)
    report = partial(reports.report_person, carol, bob.uid, complaint(), source=SOURCE, now=NOON)
    with held(lambda: endings.sweep(NOON + DAY), report) as late:
        pass
    refused = late.exception()
    assert isinstance(refused, Refused), refused
    assert (refused.code, Case.objects.count()) == (Code.GONE, 0)
    assert people.find(bob.uid) is None


def test_nobody_is_erased_whom_a_hold_that_is_just_placed_names(bob: User, femi: User, gus: User) -> None:
    asked = holds.ask(Held.PERSON, bob.uid, "A court asks.", NOON + DAY, by=femi, now=NOON, source=SOURCE)
    with held(lambda: holds.decide(asked.pk, True, by=gus, now=NOON, source=SOURCE), lambda: erased(bob)) as late:
        pass
    assert isinstance(late.exception(), HeldError)
    who = people.find(bob.uid)
    assert who
    assert Hold.objects.get().person == who.id


def test_nobody_is_held_who_is_just_erased(bob: User, femi: User, gus: User) -> None:
    asked = holds.ask(Held.PERSON, bob.uid, "A court asks.", NOON + DAY, by=femi, now=NOON, source=SOURCE)
    place = partial(holds.decide, asked.pk, True, by=gus, now=NOON, source=SOURCE)
    with held(lambda: erased(bob), place) as late:
        pass
    refused = late.exception()
    assert isinstance(refused, Refused), refused
    assert (refused.code, Hold.objects.count()) == (Code.NOTHING, 0)
