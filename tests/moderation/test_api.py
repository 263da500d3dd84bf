"""The API of reports, as carol's browser uses it."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation import api
from moderation.actions.reports import PER_HOUR
from moderation.audit import export
from moderation.audit.models import Entry, Result
from moderation.models import Case, Channel, Freeze, Report
from moderation.words import REFUSALS
from rooms.models import Access, Room
from tests.log import entry
from tests.rooms.scenes import a_room, come, member, wire

pytestmark = pytest.mark.django_db
WORDS = "He called her names."


def ask(user: User, method: str, path: str, **said: Any) -> tuple[int, Any]:
    client = Client(headers={"user-agent": "tests"})
    client.force_login(user)
    call = getattr(client, method)
    answer = call(f"/api/v1/{path}", json.dumps(said), content_type="application/json")
    return answer.status_code, answer.json() if answer.content else None


def test_a_member_is_reported_with_a_reason_alone(room: Room, bob: User, carol: User) -> None:
    number = member(bob, room).number
    status, receipt = ask(carol, "post", f"rooms/{room.pk}/reports/", member=number, policy="harassment")
    report = Report.objects.get()
    assert (status, receipt) == (201, {"number": report.number, "sound": True})
    assert (report.reporter, report.channel, report.words) == (carol, Channel.ROOM, "")
    assert (report.case.subject, report.case.room) == (bob, room.pk)
    assert Freeze.objects.get().report == report


def test_a_private_server_asks_for_no_sound_and_says_so(settings: Settings, room: Room, bob: User, carol: User) -> None:
    settings.STOA_PROFILE = "private"
    status, receipt = ask(
        carol, "post", f"rooms/{room.pk}/reports/", member=member(bob, room).number, policy="harassment"
    )
    assert (status, receipt["sound"]) == (201, False)
    assert not Freeze.objects.exists()


def test_a_room_is_reported_without_a_member(room: Room, carol: User) -> None:
    status, _ = ask(carol, "post", f"rooms/{room.pk}/reports/", member=None, policy="spam", words=WORDS)
    assert status == 201
    case = Case.objects.get()
    assert (case.about, case.subject, case.room) == ("room", None, room.pk)
    assert Report.objects.get().words == WORDS


def test_a_person_is_reported_outside_of_rooms_without_sound(bob: User, carol: User) -> None:
    status, receipt = ask(carol, "post", f"people/{bob.uid}/reports/", policy="impersonation")
    assert (status, receipt["sound"]) == (201, False)
    report = Report.objects.get()
    assert (report.channel, report.case.subject, report.case.room) == (Channel.PROFILE, bob, "")


def test_words_are_added_once(room: Room, carol: User) -> None:
    _, receipt = ask(carol, "post", f"rooms/{room.pk}/reports/", policy="spam")
    path = f"reports/{receipt['number']}/"
    assert ask(carol, "patch", path, words=WORDS) == (204, None)
    assert Report.objects.get().words == WORDS
    status, problem = ask(carol, "patch", path, words="And more.")
    assert (status, problem["code"]) == (409, "decided")
    assert Report.objects.get().words == WORDS


def test_words_are_added_by_whoever_reported_alone(room: Room, bob: User, carol: User) -> None:
    _, receipt = ask(carol, "post", f"rooms/{room.pk}/reports/", policy="spam")
    status, problem = ask(bob, "patch", f"reports/{receipt['number']}/", words=WORDS)
    assert (status, problem["code"]) == (404, "not_found")
    assert Report.objects.get().words == ""


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"member": 1, "policy": "harassment"}, 409, "subject"),
        ({"member": 77, "policy": "harassment"}, 404, "not_found"),
        ({"policy": "reporting"}, 400, "invalid"),
        ({"policy": "no-such-policy"}, 400, "invalid"),
        ({"policy": "spam", "words": "a" * 1001}, 400, "invalid"),
        ({"policy": "spam", "member": 0}, 400, "invalid"),
        ({}, 400, "invalid"),
    ],
)
def test_what_is_refused_changes_nothing_and_says_why(
    room: Room, alice: User, said: dict[str, Any], status: int, code: str
) -> None:
    answered, problem = ask(alice, "post", f"rooms/{room.pk}/reports/", **said)
    assert (answered, problem["code"]) == (status, code)
    assert problem["message"]
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_a_refusal_is_an_entry(room: Room, alice: User) -> None:
    ask(alice, "post", f"rooms/{room.pk}/reports/", member=1, policy="harassment")
    refused = entry(action="report.make")
    assert (refused.result, refused.reason, refused.actor, refused.room) == (
        Result.REFUSED,
        "subject",
        alice.uid,
        room.pk,
    )


def test_a_hidden_room_is_answered_as_one_that_never_was(alice: User, bob: User, mallory: User) -> None:
    hidden = a_room(alice, Access.INVITE)
    come(alice, hidden)
    answers = [ask(mallory, "post", f"rooms/{room}/reports/", policy="spam") for room in (hidden.pk, "aaaaaaaaaaaa")]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert not Report.objects.exists()


def test_too_many_reports_are_refused_with_a_word_for_it(carol: User) -> None:
    people = [User.objects.create_user(f"p{count}", display_name="P") for count in range(PER_HOUR + 1)]
    answers = [ask(carol, "post", f"people/{one.uid}/reports/", policy="spam") for one in people]
    assert [status for status, _ in answers] == [201] * PER_HOUR + [429]
    assert answers[-1][1]["message"] == "You reported a lot within this hour. Try again later."


def test_whoever_is_not_signed_in_reports_by_the_page_for_everybody(room: Room) -> None:
    answer = Client().post(f"/api/v1/rooms/{room.pk}/reports/", "{}", content_type="application/json")
    assert answer.status_code in (401, 403)
    assert not Report.objects.exists()


def test_every_refusal_has_words(room: Room) -> None:
    assert set(api.STATUSES) <= set(REFUSALS) | set(api.WORDS)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_report_goes_to_the_room_or_names_the_reporter_on_its_way(
    room: Room, bob: User, carol: User
) -> None:
    with wire() as caught:
        ask(carol, "post", f"rooms/{room.pk}/reports/", member=member(bob, room).number, policy="hate", words=WORDS)
    assert not caught.letters(room)
    for _, parcel in caught.parcels:
        assert not [secret for secret in (carol.uid, "carol", WORDS, Report.objects.get().number) if secret in parcel]


def test_no_entry_says_to_the_reported_who_reported(room: Room, bob: User, carol: User) -> None:
    """What a member may read of the log is what opens with their own key: in the report's entry, nothing does."""
    ask(carol, "post", f"rooms/{room.pk}/reports/", member=member(bob, room).number, policy="harassment")
    told = export.openings([*Entry.objects.order_by("pk")], bob.uid)
    made = [found for found, one in zip(told, Entry.objects.order_by("pk"), strict=True) if one.action == "report.make"]
    assert made == [{}]
    assert carol.uid not in json.dumps(told, default=str)
