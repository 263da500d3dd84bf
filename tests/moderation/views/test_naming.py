"""A notice from outside: named by the staff, and appealed by its number."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import cases as acts
from moderation.actions import decisions, reports
from moderation.measures import Measure
from moderation.models import Appeal, Case, Channel, Report
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.log import entry
from tests.moderation.cast import at_console
from tests.moderation.desk import complaint, moderator, verdict
from tests.rooms.scenes import SOURCE, a_room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notice(db: None) -> Report:
    words = complaint(Policy.HATE, "In the room of Sunday evening.", Channel.NOTICE)
    return reports.notice(words, source=SOURCE, now=timezone.now())


def test_who_holds_it_names_the_room_by_its_link(notice: Report, alice: User, bob: User) -> None:
    room: Room = a_room(bob)
    console = at_console(alice, Role.MODERATOR)
    page = f"/console/cases/{notice.case_id}/"
    console.post(f"{page}claim/")
    assert "Whom or what does it mean?" in console.get(page).content.decode()
    console.post(f"{page}name/", {"room": f"https://stoa.example/r/{room.pk}/", "person": "nobody"}, follow=True)
    assert Case.objects.get().room == ""
    told = console.post(f"{page}name/", {"room": f"https://stoa.example/r/{room.pk}/", "person": ""}, follow=True)
    assert Case.objects.get().room == room.pk
    assert f"like on any other. It is entry {entry(action='case.name').id} of the log." in told.content.decode()
    assert "Whom or what does it mean?" not in told.content.decode()


def test_somebody_outside_reads_that_nothing_was_broken_and_appeals(notice: Report, client: Client) -> None:
    femi, now = moderator("Femi", Role.SENIOR), timezone.now()
    acts.claim(notice.case_id, by=femi, now=now, source=SOURCE)
    decisions.decide(notice.case_id, verdict(Measure.NONE), by=femi, now=now, source=SOURCE)
    page = f"/report/{notice.number}/"
    assert "Send the appeal" in client.get(page).content.decode()
    told = client.post(page, {"words": "You listened to the wrong evening."}, follow=True).content.decode()
    assert Appeal.objects.get().words == "You listened to the wrong evening."
    assert "You listened to the wrong evening." in told
    assert "Send the appeal" not in told
    client.post(page, {"words": "Again."})
    assert Appeal.objects.count() == 1


def test_the_words_of_an_appeal_are_for_whoever_wrote_them(notice: Report, client: Client, bob: User) -> None:
    dana, now = moderator("Dana"), timezone.now()
    other = reports.notice(complaint(Policy.HATE, "His room.", Channel.NOTICE), source=SOURCE, now=now)
    for one in (notice, other):
        acts.claim(one.case_id, by=dana, now=now, source=SOURCE)
        case = acts.name(one.case_id, "", bob.username, by=dana, now=now, source=SOURCE)
    decisions.decide(case.pk, verdict(Measure.NONE), by=dana, now=now, source=SOURCE)
    client.post(f"/report/{notice.number}/", {"words": "I am his sister."})
    assert "I am his sister." in client.get(f"/report/{notice.number}/").content.decode()
    assert "I am his sister." not in client.get(f"/report/{other.number}/").content.decode()
