"""What is forgotten by itself."""

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import actions, tasks
from accounts.models import User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.pages import sign_in

pytestmark = pytest.mark.django_db


def test_a_session_that_ran_out_is_forgotten_with_its_address_and_no_other(
    bob: User, now: datetime, source: Source
) -> None:
    old, new = Client(), Client()
    sign_in(old, "bob")
    sign_in(new, "bob")
    ran_out = Session.objects.filter(session_key=old.session.session_key)
    ran_out.update(expire_date=now - timedelta(seconds=1))
    assert UserSession.objects.count() == 2
    assert actions.forget_sessions(now=now, source=source) == 1
    assert UserSession.objects.get().session_key == new.session.session_key
    assert get_user(new) == bob
    assert Entry.objects.get(action="account.sessions_forget").detail == {"sessions": 1}


def test_nothing_to_forget_is_not_worth_an_entry(now: datetime, source: Source) -> None:
    assert actions.forget_sessions(now=now, source=source) == 0
    assert not Entry.objects.exists()


def test_the_clock_calls_it(bob: User) -> None:
    sign_in(Client(), "bob")
    Session.objects.all().delete()
    tasks.forget()
    assert not UserSession.objects.exists()
    assert Entry.objects.get(action="account.sessions_forget").channel == "celery"
