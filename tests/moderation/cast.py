"""The staff at their browsers: signed in, on the staff in a role, with a second factor that this session has shown."""

import time

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import staff
from moderation.audit.source import Source
from moderation.staff import Role

SOURCE = Source.internal("command")


def at_console(user: User, role: Role | None, *, days: int | None = 7, factor: bool = True) -> Client:
    """The person's browser."""
    if role is not None:
        staff.grant(user, role, days, now=timezone.now(), source=SOURCE)
    client = Client(headers={"user-agent": "tests"})
    client.force_login(user)
    if factor:
        shown(client, user, Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={}))
    return client


def shown(client: Client, user: User, authenticator: Authenticator) -> None:
    """Nothing: this browser's session has shown the second factor."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": authenticator.type}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
