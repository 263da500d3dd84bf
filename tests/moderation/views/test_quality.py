"""`/console/quality/`: what lasted, and the reflexes."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import hints
from moderation.audit import sequence
from moderation.measures import Measure
from moderation.models import Kind, Reflex
from moderation.staff import Role
from tests.moderation.cast import at_console
from tests.moderation.desk import claimed, decided, moderator, reported
from tests.rooms.scenes import a_room, come, gathered

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_shows_what_was_decided_and_lasted(alice: User, bob: User, carol: User) -> None:
    room = a_room(alice)
    for person in (alice, bob, carol):
        come(person, room)
    dana = moderator("Dana")
    decided(claimed(reported(carol, bob, room).case, dana), dana)
    sequence.seal(timezone.now())
    page = at_console(alice, Role.REVIEWER).get("/console/quality/").content.decode()
    assert "Harassment" in page
    assert "<td>1</td><td>0%</td>" in page


def test_it_shows_what_became_of_the_cases_that_a_program_pointed_at(alice: User, bob: User, carol: User) -> None:
    dana, case = moderator("Dana"), reported(carol, bob, gathered(alice, bob, carol)).case
    said = {"kind": Kind.SOUND, "model": "sound", "version": "1", "score": 0.7, "facts": {}}
    hints._hint(case, None, timezone.now(), **said)
    decided(claimed(case, dana), dana, Measure.NONE)
    sequence.seal(timezone.now())
    page = at_console(alice, Role.REVIEWER).get("/console/quality/").content.decode()
    assert "sound 1</bdi></th><td>1</td><td>1</td><td>100%</td><td>0%</td><td>0%</td>" in page


def test_a_senior_turns_a_reflex_on_and_a_moderator_does_not(alice: User, bob: User) -> None:
    senior, other = at_console(alice, Role.SENIOR), at_console(bob, Role.MODERATOR)
    assert other.post("/console/quality/crowd/", {"on": "on", "limit": "20"}).status_code == 403
    assert not Reflex.objects.exists()
    senior.post("/console/quality/crowd/", {"on": "on", "limit": "30"})
    assert Reflex.objects.values_list("name", "on", "limit").get() == ("crowd", True, 30)
    senior.post("/console/quality/nonsense/", {"on": "on", "limit": "30"})
    senior.post("/console/quality/crowd/", {"limit": "30"})
    assert Reflex.objects.values_list("on", flat=True).get() is False


def test_only_a_reflex_that_turned_itself_off_is_a_warning(alice: User) -> None:
    senior, warned = at_console(alice, Role.SENIOR), 'class="pill unknown">Off'
    assert warned not in senior.get("/console/quality/").content.decode()
    Reflex.objects.create(name="crowd", on=False, since=timezone.now(), reason="reversed")
    page = senior.get("/console/quality/").content.decode()
    assert warned in page
    assert "It turned itself off" in page


def test_a_fresh_server_has_nothing_to_judge(alice: User, client: Client) -> None:
    assert "Nothing was decided yet." in at_console(alice, Role.SENIOR).get("/console/quality/").content.decode()
    assert client.get("/console/quality/").status_code == 302
