"""`manage.py end_account`."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import User
from rooms import bus
from tests.log import entry


def run(name: str) -> str:
    out = StringIO()
    call_command("end_account", name, stdout=out)
    return out.getvalue()


def test_it_ends_an_account_and_says_what_is_still_to_come(bob: User) -> None:
    assert run("Bob").startswith("The account of bob is closed.")
    bob.refresh_from_db()
    assert bob.ended_at is not None
    assert (entry(action="account.end").actor, entry(action="account.end").object_id) == ("", bob.uid)


def test_it_ends_the_owners_too(alice: User) -> None:
    User.objects.update(is_superuser=True)
    run("alice")
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("name", ["nobody", "bob"])
def test_who_is_not_there_any_more_is_not_ended(bob: User, name: str) -> None:
    run("bob")
    with pytest.raises(CommandError, match="no such user"):
        run(name)


def test_no_link_opens_a_closed_account_again(bob: User) -> None:
    run("bob")
    with pytest.raises(CommandError, match="has ended"):
        call_command("create_user", "bob", stdout=StringIO())


def test_while_redis_is_away_it_says_that_nothing_was_done(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        def ping(self) -> None:
            raise RedisGone

    monkeypatch.setattr(bus, "client", Dead)
    with pytest.raises(CommandError, match="Nothing was done"):
        run("bob")
    bob.refresh_from_db()
    assert bob.ended_at is None
