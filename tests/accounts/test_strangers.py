import pytest
from django.db.models import QuerySet
from pytest_django.fixtures import Settings

from accounts import strangers
from accounts.strangers import LIMIT
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.log import entry

pytestmark = pytest.mark.django_db


def note(address: str, port: int = 1) -> bool:
    return strangers.note("socket.connect", Source(address, port), "signed_out", "abcdefghijkl")


def noted() -> QuerySet[Entry]:
    return Entry.objects.filter(action="socket.connect", result="refused", reason="signed_out", room="abcdefghijkl")


def test_a_network_gets_a_number_of_entries_and_no_more() -> None:
    assert [note("2001:db8::1", port) for port in range(LIMIT + 2)] == [True] * LIMIT + [False] * 2
    assert not note("2001:db8::2")
    assert note("2001:db8:1::1")
    assert noted().count() == LIMIT + 1


def test_an_entry_has_address_and_port_and_names_nobody() -> None:
    note("192.0.2.7", 50123)
    noted = entry()
    assert (noted.address, noted.port, noted.actor) == ("192.0.2.7", 50123, "")


def test_a_member_gets_as_many_wherever_they_are_and_takes_none_from_those_beside_them() -> None:
    mallory, bob = "a" * 16, "b" * 16
    ways = [Source(f"192.0.2.{n}") for n in range(LIMIT + 2)]
    told = [strangers.note("enter", way, "not_on_the_staff", actor=mallory) for way in ways]
    assert told == [True] * LIMIT + [False] * 2
    assert strangers.note("enter", ways[0], "not_on_the_staff", actor=bob)
    assert note("192.0.2.1")
    assert entry(action="enter", actor=bob).reason == "not_on_the_staff"


def test_everything_is_noted_while_nothing_can_be_counted(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    assert all(note("192.0.2.7") for _ in range(LIMIT + 2))
    assert noted().count() == LIMIT + 2
