"""Which sessions still sign somebody in, and who is told of their end."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from moderation.audit.source import SHOWN
from rooms import sessions
from tests.rooms.scenes import wire

pytestmark = pytest.mark.django_db(transaction=True)


def a_key(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_the_sessions_of_those_who_are_signed_in_live(alice: User, bob: User) -> None:
    keys = {a_key(alice), a_key(bob), a_key(bob)}
    assert sessions.living(keys | {"no such session"}) == keys
    assert sessions.living([]) == set()


def test_a_session_tells_whose_it_is(alice: User, bob: User) -> None:
    keys = [a_key(alice), a_key(bob), "no such session", ""]
    assert [sessions.person(key) for key in keys] == [alice, bob, None, None]


def test_a_session_tells_how_its_person_has_shown_who_they_are(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    session = client.session
    session[SHOWN] = [{"method": "password", "at": 1.5}, {"method": "mfa", "type": "totp", "at": 2.5}]
    session.save()
    assert sessions.shown(session.session_key or "") == (alice, "password+totp")
    assert sessions.shown(a_key(alice)) == (alice, "")
    assert sessions.shown("no such session") == (None, "")


def test_the_person_is_who_django_says(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    known = sessions.person(client.session.session_key or "")
    told = get_user(client)
    assert vars(known) | {"_state": None, "backend": None} == vars(told) | {"_state": None, "backend": None}


def test_a_session_that_is_over_holds_nothing_and_loses_its_key(alice: User) -> None:
    key = a_key(alice)
    assert sessions.SessionStore(key)[SESSION_KEY] == str(alice.pk)
    Session.objects.update(expire_date=timezone.now())
    store = sessions.SessionStore(key)
    assert store.is_empty() is False  # until it is read
    assert (store.get(SESSION_KEY), store.session_key) == (None, None)


def test_a_session_of_nobody_signs_nobody_in() -> None:
    client = Client()
    session = client.session
    session["language"] = "en"
    session.save()
    assert sessions.living([session.session_key or ""]) == set()
    assert sessions.person(session.session_key or "") is None


def test_a_session_lasts_as_long_as_it_is_said_to_and_a_strangers_for_a_day(alice: User) -> None:
    client = Client()
    session = client.session
    session["language"] = "en"
    session.save()
    client.force_login(alice)
    (left,) = Session.objects.values_list("expire_date", flat=True)
    assert session.get_expiry_age() == sessions.STRANGERS
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
    assert left > timezone.now() + timedelta(days=13)


def test_a_session_that_somebody_else_signed_signs_nobody_in(alice: User) -> None:
    key = a_key(alice)
    with override_settings(SECRET_KEY="another" * 10):
        assert sessions.person(key) is None
    Session.objects.update(session_data=signing.dumps({SESSION_KEY: str(alice.pk)}, key="mallory"))
    assert sessions.person(key) is None


def test_what_ran_out_changed_its_password_or_was_deactivated_lives_no_more(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    keys = {user: a_key(user) for user in (alice, bob, carol, mallory)}
    Session.objects.filter(session_key=keys[alice]).update(expire_date=timezone.now() - timedelta(seconds=1))
    bob.set_password("nine grey herons wade")
    bob.save()
    User.objects.filter(pk=mallory.pk).update(is_active=False)
    assert sessions.living(keys.values()) == {keys[carol]}
    assert [sessions.person(key) for key in keys.values()] == [None, None, carol, mallory]
    assert not User.objects.get(pk=mallory.pk).is_active


def test_the_end_of_a_session_and_a_new_password_are_told_and_nothing_else_is(alice: User, bob: User) -> None:
    a_key(alice)
    with wire() as said:
        Client().force_login(bob)
        bob.display_name = "Robert"
        bob.save(update_fields=["display_name"])
    assert said.parcels == []
    with wire() as said:
        bob.save(update_fields=["password"])
        Session.objects.all().delete()
    assert sorted(said.parcels) == sorted((sessions.CHANNEL, user.uid) for user in (bob, bob, alice))


def test_a_session_that_ran_out_is_cleared_away_silently(alice: User) -> None:
    a_key(alice)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    with wire() as said:
        Session.objects.all().delete()
    assert said.parcels == []
