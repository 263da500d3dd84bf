"""Onboarding, from a code to the hallway."""

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from accounts import actions, notice
from accounts.models import Acceptance, InviteCode, Redemption, User
from moderation.audit.models import Entry
from moderation.audit.source import Source

pytestmark = pytest.mark.django_db
COMMAND = Source.internal("command")
PASSWORD = "seven grey herons wade"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", password=PASSWORD, display_name="Alice")


@pytest.fixture
def code(alice: User) -> str:
    return actions.issue(alice, uses=1, days=7, now=timezone.now(), source=COMMAND)


def walk(client: Client, code: str, username: str = "bob") -> None:
    """Everything up to the notice, without accepting it."""
    assert client.get(f"/join/{code}").headers["Location"] == "/join/name/"
    assert client.post("/join/name/", {"display_name": "Bob"}).headers["Location"] == "/join/user-name/"
    assert client.post("/join/user-name/", {"username": username}).headers["Location"] == "/join/keys/"
    assert client.post("/join/keys/", {"password": PASSWORD}).headers["Location"] == "/join/notice/"


def test_a_code_leads_through_four_questions_to_an_account_that_is_signed_in(
    client: Client, alice: User, code: str
) -> None:
    walk(client, code)
    assert not User.objects.filter(username="bob").exists()
    assert client.get("/join/notice/").status_code == 200
    response = client.post("/join/notice/")
    assert response.headers["Location"] == "/join/sound/"
    bob = User.objects.get(username="bob")
    assert get_user(client) == bob
    assert bob.display_name == "Bob"
    assert bob.check_password(PASSWORD)
    assert not bob.is_staff
    assert Redemption.objects.get(user=bob).code.issuer == alice
    accepted = Acceptance.objects.get(user=bob)
    assert (accepted.profile, accepted.version, accepted.digest) == (
        "standard",
        notice.VERSION,
        notice.of("standard").digest,
    )
    assert InviteCode.objects.get().uses_left == 0
    actions_logged = set(Entry.objects.filter(actor=bob.uid).values_list("action", flat=True))
    assert actions_logged == {"invite.redeem", "account.create", "notice.accept", "account.sign_in"}
    assert client.get("/join/sound/").status_code == 200
