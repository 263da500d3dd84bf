"""What people change about themselves."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client, override_settings
from django.utils import timezone

from accounts import actions, avatars
from accounts.models import PushSubscription, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import sign_in

pytestmark = pytest.mark.django_db


def details(action: str) -> list[Any]:
    return list(Entry.objects.filter(action=action).values_list("detail", flat=True))


def test_what_changed_is_recorded_and_not_what_it_became(alice: User, source: Source) -> None:
    actions.change_profile(alice, source=source, theme="dark", notify_openings=True, display_name="Alice")
    actions.change_profile(alice, source=source, theme="dark")
    alice.refresh_from_db()
    assert (alice.theme, alice.notify_openings) == ("dark", True)
    assert details("account.change") == [{"fields": ["notify_openings", "theme"]}]


def test_a_new_picture_takes_the_place_of_the_old_file(
    alice: User, source: Source, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with override_settings(STOA_DATA=tmp_path):
        for picture in (b"one", b"two", b"two"):
            with django_capture_on_commit_callbacks(execute=True):
                actions.change_picture(alice, picture, source=source)
        alice.refresh_from_db()
        assert avatars.read(alice.uid, alice.avatar) == b"two"
        assert len(list((tmp_path / "avatars" / alice.uid).iterdir())) == 1
        with django_capture_on_commit_callbacks(execute=True):
            actions.change_picture(alice, b"", source=source)
        alice.refresh_from_db()
        assert alice.avatar == ""
        assert list((tmp_path / "avatars" / alice.uid).iterdir()) == []
    assert details("account.change") == [{"fields": ["avatar"]}] * 3


def browser(name: str) -> Client:
    client = Client()
    sign_in(client, name)
    assert get_user(client).is_authenticated
    return client


def signed_in(client: Client) -> bool:
    return bool(get_user(client).is_authenticated)


def test_every_other_session_ends_and_this_one_gets_another_key(alice: User, bob: User, source: Source) -> None:
    here, there, untracked, another = browser("alice"), browser("alice"), Client(), browser("bob")
    untracked.force_login(alice)  # as a session that allauth does not list
    session, before = here.session, here.session.session_key
    actions.sign_out_elsewhere(alice, session, source=source)
    assert session.session_key != before
    here.cookies["sessionid"] = session.session_key or ""
    stolen = Client()
    stolen.cookies["sessionid"] = before or ""
    assert [signed_in(client) for client in (here, there, untracked, another, stolen)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert details("account.sessions_end") == [{}]


def test_a_password_still_opens_the_account_afterwards(alice: User, source: Source) -> None:
    actions.sign_out_elsewhere(alice, browser("alice").session, source=source)
    assert alice.check_password(PASSWORD)
    browser("alice")


def test_nothing_is_notified_where_one_is_signed_out(alice: User, bob: User, source: Source) -> None:
    for user in (alice, bob):
        key = browser(user.username).session.session_key or ""
        PushSubscription.objects.create(
            user=user, session_key=key, endpoint=f"https://push/{user.uid}", created_at=timezone.now()
        )
    actions.sign_out_elsewhere(alice, browser("alice").session, source=source)
    assert list(PushSubscription.objects.values_list("user", flat=True)) == [bob.pk]
