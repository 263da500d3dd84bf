"""Who is notified of what: bob of the decision, carol of the answer; nobody of what only waits."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from moderation.actions import appeals, decisions, reports, rights
from moderation.actions.decisions import Verdict
from moderation.measures import Measure
from moderation.models import Decision, Report, Result, Wish
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.moderation.desk import DAY, claimed, decided, moderator
from tests.rooms.scenes import NOON, SOURCE, a_room, come, member, wire

pytestmark = pytest.mark.django_db
Sent = list[tuple[str, str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What is on its way: to whom, in which words, and where it leads."""
    caught: Sent = []

    def send(person: User, _title: str, body: str, url: str, _until: datetime) -> None:
        caught.append((person.username, body, url))

    monkeypatch.setattr("accounts.push.send", send)
    return caught


def test_bob_and_carol_hear_that_there_is_something_and_no_more(report: Report, femi: User, sent: Sent) -> None:
    decision = decided(claimed(report.case, femi), femi)
    assert sent == [
        ("bob", "The moderators decided something about you. Tap to read it.", f"/privacy/decisions/{decision.pk}/"),
        ("carol", "There is an answer to what you reported.", f"/privacy/reports/{report.number}/"),
    ]


def test_a_dismissal_is_news_for_whoever_reported_alone(report: Report, femi: User, sent: Sent) -> None:
    decided(claimed(report.case, femi), femi, Measure.NONE)
    assert [person for person, _, _ in sent] == ["carol"]


def test_whoever_reported_at_work_hears_no_news_of_it(
    report: Report, room: Room, bob: User, dana: User, femi: User, sent: Sent
) -> None:
    reports.open_case(dana, room.pk, member(bob, room).number, Policy.HATE, source=SOURCE, now=NOON)
    decided(claimed(report.case, femi), femi)
    assert [person for person, _, _ in sent] == ["bob", "carol"]


def test_what_is_only_proposed_is_news_for_nobody(report: Report, femi: User, sent: Sent) -> None:
    decided(claimed(report.case, femi), femi, Measure.BAN)
    assert not sent
    decisions.confirm(Decision.objects.get().pk, by=moderator("Gus", Role.SENIOR), now=NOON, source=SOURCE)
    assert [person for person, _, _ in sent] == ["bob", "carol"]


def test_what_a_rule_of_the_server_did_is_not_yet_an_answer(report: Report, sent: Sent) -> None:
    verdict = Verdict(Measure.WARN, Policy.HARASSMENT, "Three people reported it.")
    decisions.decide_by_reflex(report.case, verdict, "crowd", now=NOON, source=SOURCE)
    assert [person for person, _, _ in sent] == ["bob"]


@pytest.mark.parametrize(("measure", "whose"), [(Measure.WARN, "bob"), (Measure.NONE, "carol")])
def test_whoever_appealed_hears_of_the_answer(
    report: Report, femi: User, sent: Sent, measure: Measure, whose: str
) -> None:
    decision = decided(claimed(report.case, femi), femi, measure)
    person = User.objects.get(username=whose)
    made = appeals.appeal(decision.pk, "It is wrong.", by=person, now=NOON + DAY, source=SOURCE)
    sent.clear()
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.UPHELD, "It is right.", by=gus, now=NOON + 2 * DAY, source=SOURCE)
    ((to, words, url),) = sent
    assert (to, words) == (whose, "Your appeal was heard. Tap to read the answer.")
    assert url.startswith("/privacy/reports/" if measure is Measure.NONE else "/privacy/decisions/")


def test_whoever_asked_of_their_data_hears_of_the_answer_in_their_language(bob: User, femi: User, sent: Sent) -> None:
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    assert not sent
    rights.answer(asked.pk, "They are gone.", granted=True, by=femi, now=NOON + DAY, source=SOURCE)
    with translation.override("zh-hans"):
        assert sent == [("bob", gettext("There is an answer to what you asked about your data."), "/privacy/data/")]


def test_an_answer_is_told_at_once_in_the_rooms_they_are_in_and_to_nobody_else(
    alice: User, bob: User, femi: User, django_capture_on_commit_callbacks: Any
) -> None:
    room = a_room(alice)
    come(alice, room)
    seat = come(bob, room).seat
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    with wire() as caught, django_capture_on_commit_callbacks(execute=True):
        rights.answer(asked.pk, "They are gone.", granted=True, by=femi, now=NOON + DAY, source=SOURCE)
    (letter,) = caught.letters(room)
    told = json.loads(letter.text)
    assert (letter.to, told["type"], told["url"]) == (seat.connection, "news", "/privacy/data/")
