"""The page of powers."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import InviteCode, Lever, Redemption, Switch, User
from moderation import reasons
from moderation.audit.models import Entry
from moderation.models import Decision, Ground
from moderation.powers import Power
from moderation.staff import Role
from moderation.words import POWERS
from rooms.models import Member, Room, State
from tests.accounts.pages import text
from tests.log import entry
from tests.moderation.cast import at_console
from tests.rooms.scenes import a_room, come

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = {"reason": "raid", "words": "Quiet, please.", "seconds": "30"}
WHY = {"policy": "hate", "facts": "They called for violence.", "ground": "terms"}
LEVERS = {"invites": {}, "joins": {"most": "5"}, "server": {"sure": "on"}}


@pytest.fixture
def moderator(mallory: User) -> Client:
    return at_console(mallory, Role.MODERATOR)


@pytest.fixture
def senior(mallory: User) -> Client:
    return at_console(mallory, Role.SENIOR)


@pytest.fixture
def room(alice: User) -> Room:
    return a_room(alice)


def press(client: Client, room: Room, power: str, **fields: str) -> str:
    """What the page says after it."""
    return text(client.post(f"/console/powers/room/{room.pk}/", {**ROOM, "power": power, **fields}, follow=True))


def end(client: Client, room: Room, **fields: str) -> str:
    """What the page says after it."""
    return text(client.post(f"/console/powers/room/{room.pk}/end/", {**WHY, **fields}, follow=True))


def pull(client: Client, name: str, **fields: str) -> str:
    data = {"reason": "raid", "words": "Too many at once.", **LEVERS.get(name, {}), **fields}
    return text(client.post(f"/console/powers/{name}/", data, follow=True))


@pytest.mark.parametrize("power", [Power.LOCK, Power.SLOW])
def test_a_moderator_acts_on_a_room_and_reads_that_it_is_done(
    moderator: Client, mallory: User, room: Room, power: Power
) -> None:
    page = press(moderator, room, power)
    act = entry(action=f"power.{power}")
    assert f"Done: {POWERS[power]}. It is entry {act.id} of the log." in page
    assert (act.actor, act.role, act.reason) == (mallory.uid, "moderator", "raid")


def test_what_a_room_is_put_through_is_lifted_again(moderator: Client, room: Room) -> None:
    for power, seconds in ((Power.LOCK, "0"), (Power.UNLOCK, "0"), (Power.SLOW, "30"), (Power.SLOW, "0")):
        assert "Done: " in press(moderator, room, power, seconds=seconds)
    room.refresh_from_db()
    assert (room.locked, room.slow) == (False, 0)


def test_a_room_is_ended_at_once_and_its_host_reads_why_and_may_appeal(
    moderator: Client, mallory: User, room: Room, alice: User
) -> None:
    assert "The room is over." in end(moderator, room)
    assert Room.objects.get(pk=room.pk).state == State.ENDED
    browser = Client()
    browser.force_login(alice)
    page = text(browser.get(f"/privacy/decisions/{Decision.objects.get(subject=alice).pk}/"))
    assert WHY["facts"] in page
    assert "Send the appeal" in page
    assert mallory.display_name not in page
    end(moderator, room)
    assert entry(action="power.room", result="refused").reason == "not_found"


def test_whoever_is_about_to_end_a_room_reads_that_nothing_is_kept_and_where_to_have_it_sealed(
    moderator: Client, room: Room
) -> None:
    page = text(moderator.get("/console/powers/"))
    assert "Ending it keeps nothing of what was said." in page
    assert f'href="/console/live/#room-{room.pk}"' in page
    assert f'id="room-{room.pk}"' in text(moderator.get("/console/live/"))


def test_whoever_may_read_the_log_is_led_to_the_entry_of_what_they_did(senior: Client, room: Room) -> None:
    page = end(senior, room)
    number = entry(action="power.end_room").id
    assert f'<a href="/console/log/{number}/">It is entry {number} of the log.</a>' in page
    page = pull(senior, "invites")
    assert f'<a href="/console/log/{entry(action="power.invites").id}/">' in page


def test_whoever_may_not_read_the_log_reads_the_number_alone(moderator: Client, room: Room) -> None:
    page = end(moderator, room)
    assert f"It is entry {entry(action='power.end_room').id} of the log." in page
    assert "/console/log/" not in page


def test_a_room_is_ended_on_the_ground_of_a_law_which_the_host_reads(
    moderator: Client, room: Room, alice: User
) -> None:
    assert "Name the law, since" in end(moderator, room, ground="law")
    assert Room.objects.get(pk=room.pk).state == State.LIVE
    assert "The room is over." in end(moderator, room, ground="law", law="Weapons Act, s. 52")
    decision = Decision.objects.get(subject=alice)
    assert (decision.ground, decision.law, decision.automated) == (Ground.LAW, "Weapons Act, s. 52", False)
    fields = dict(reasons.statement(decision))
    assert all(fields.values())
    assert "Weapons Act, s. 52" in fields["On what ground"]


def test_what_is_not_done_is_said_and_recorded(moderator: Client, room: Room) -> None:
    assert "That is so already." in press(moderator, room, Power.MUTE_ALL)
    assert "Say something first." in press(moderator, room, Power.MUTE_ALL, words=" ")
    assert "Select a valid choice" in press(moderator, room, "paint")
    assert "Rule: This field is required." in end(moderator, room, policy="")
    assert "What happened: This field is required." in end(moderator, room, facts=" ")
    assert Room.objects.get(pk=room.pk).state == State.LIVE
    refusals = Entry.objects.filter(action="power.room", result="refused").order_by("pk")
    assert list(refusals.values_list("reason", flat=True)) == ["already", "empty"]


@pytest.mark.parametrize("name", Lever)
def test_a_moderator_sees_the_levers_of_the_server_and_pulls_none(moderator: Client, name: str) -> None:
    assert f'action="/console/powers/{name}/"' not in text(moderator.get("/console/powers/"))
    assert moderator.post(f"/console/powers/{name}/", {"reason": "raid", "words": "x"}).status_code == 403
    assert not Switch.objects.exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.INSPECTOR])
def test_a_guest_reads_and_pulls_nothing(mallory: User, room: Room, role: Role) -> None:
    guest = at_console(mallory, role)
    assert guest.get("/console/powers/").status_code == 200
    assert guest.post(f"/console/powers/room/{room.pk}/", {**ROOM, "power": "lock"}).status_code == 403
    assert guest.post(f"/console/powers/room/{room.pk}/end/", WHY).status_code == 403
    assert Room.objects.get(pk=room.pk).state == State.LIVE


@pytest.mark.parametrize("name", Lever)
def test_a_senior_pulls_a_lever_and_lets_it_go(senior: Client, mallory: User, name: str) -> None:
    page = pull(senior, name)
    assert "Done: " in page
    assert "Too many at once." in page
    assert Switch.objects.get().name == name
    assert "Done: " in pull(senior, name, release="1", reason="over", words="")
    assert not Switch.objects.exists()
    acts = Entry.objects.filter(action=f"power.{name}", result="ok").order_by("pk")
    assert [(act.role, act.reason, act.detail["on"]) for act in acts] == [
        ("senior", "raid", True),
        ("senior", "over", False),
    ]
    assert mallory.uid not in str(acts.values())


def test_nobody_suspends_the_server_by_a_slip(senior: Client) -> None:
    assert "Say that you are sure" in pull(senior, "server", sure="")
    assert not Switch.objects.exists()


def test_there_is_no_other_lever(senior: Client) -> None:
    pull(senior, "nothing")
    assert not Switch.objects.exists()


def test_what_people_read_stands_where_they_are_stopped(senior: Client, room: Room, bob: User) -> None:
    for name in Lever:
        pull(senior, name, words=f"Why {name}")
    browser = Client()
    browser.force_login(bob)
    assert "Why joins" in text(browser.get(f"/r/{room.pk}"))
    assert "Why server" in text(browser.get("/"))
    assert "Why server" in text(browser.get("/new/"))
    assert "Why invites" in text(browser.get("/invites/"))


def test_a_raid_is_seen_by_who_comes_in_and_through_whom(
    moderator: Client, room: Room, alice: User, bob: User, carol: User
) -> None:
    quiet = a_room(alice)
    now = timezone.now()
    code = InviteCode.objects.create(
        digest="x", issuer=alice, uses=9, uses_left=7, created_at=now, expires_at=now + timedelta(days=1)
    )
    for user, ago in ((bob, 0), (carol, 5)):
        Redemption.objects.create(code=code, user=user, redeemed_at=now)
        come(user, room, now=now - timedelta(minutes=ago))
    page = text(moderator.get("/console/powers/"))
    assert page.index(f'id="room-{room.pk}"') < page.index(f'id="room-{quiet.pk}"')
    said = re.sub(r"<[^>]+>", "", page)
    assert "Came in: 1 in the last minute, 2 in the last ten. 2 of them by codes of Alice." in said
    assert "Came in: 0 in the last minute, 0 in the last ten." in said


def test_a_room_that_one_comes_for_stands_first_however_quiet_it_is(
    moderator: Client, room: Room, alice: User, bob: User
) -> None:
    quiet = a_room(alice)
    come(bob, room, now=timezone.now())
    page = text(moderator.get(f"/console/powers/?room={quiet.pk}"))
    assert page.index(f'id="room-{quiet.pk}"') < page.index(f'id="room-{room.pk}"')
    assert page.count("<details open>") == 1
    assert f"?room={quiet.pk}#room-{quiet.pk}" in text(moderator.get("/console/live/"))


def test_the_questions_do_not_grow_with_the_rooms(moderator: Client, alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert moderator.get("/console/powers/").status_code == 200
        return len(queries)

    a_room(alice)
    first = asked()
    for _ in range(5):
        a_room(alice)
    assert asked() == first
    assert Member.objects.filter(room__state=State.LIVE).count() == 6
