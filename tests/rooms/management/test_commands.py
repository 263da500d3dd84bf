"""create_room and room_token, as an operator runs them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry
from rooms.models import Access, Member, Room
from rooms.tokens import read

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_create_room_prints_the_address_of_a_live_room(alice: User) -> None:
    address = run("create_room", "Slow Sunday", "--host", "ALICE", "--invite-only")
    room = Room.objects.get()
    assert address.endswith(f"/r/{room.pk}")
    assert (room.title, room.access, room.state) == ("Slow Sunday", Access.INVITE, "live")
    assert Entry.objects.get(action="room.open").channel == "command"


def test_create_room_says_what_is_wrong(alice: User) -> None:
    with pytest.raises(CommandError, match="no such user"):
        run("create_room", "x", "--host", "nobody")
    with pytest.raises(CommandError, match="other words"):
        run("create_room", "\u202e", "--host", "alice")


def test_room_token_lets_somebody_in_to_speak(secret_room: Room, bob: User) -> None:
    token = read(run("room_token", secret_room.pk, "--speak", "--as", "bob"), timezone.now())
    assert (token.room, token.uid, token.speak) == (secret_room.pk, bob.uid, True)
    row = Member.objects.get(user=bob)
    assert (row.admitted, row.granted) == (True, True)


def test_room_token_is_the_hosts_where_nobody_is_named(open_room: Room, alice: User) -> None:
    token = read(run("room_token", open_room.pk), timezone.now())
    assert (token.uid, token.speak) == (alice.uid, False)


def test_room_token_says_what_is_wrong(open_room: Room) -> None:
    for arguments in (("aaaaaaaaaaaa",), (open_room.pk, "--as", "nobody")):
        with pytest.raises(CommandError, match="no such room or user"):
            run("room_token", *arguments)
