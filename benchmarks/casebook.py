"""`python -m benchmarks.casebook COUNT`: open cases, and a moderator at the console, in the database that is named.

Prints one line of JSON: the cookie of the moderator's session, which has shown a second factor.
"""

import json
import os
import random
import sys
import time

import django

PEOPLE, ROOMS = 200, 50


def main(count: int) -> None:
    """Nothing: the cases are stored, and the cookie printed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    _fill(count)
    print(json.dumps(_moderator()))


def _fill(count: int) -> None:
    """Cases of every policy, so many, each with a report or three; the same ones each time."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import User
    from moderation.cases import due
    from moderation.models import About, Case, Channel, Report
    from moderation.policies import REPORTED, SEVERITIES

    chance, now = random.Random(0), timezone.now()
    people = User.objects.bulk_create(User(username=f"case{one}", display_name=f"Case {one}") for one in range(PEOPLE))
    cases = []
    for number in range(count):
        policy, opened = chance.choice(REPORTED), now - timedelta(minutes=chance.randrange(4000))
        cases.append(
            Case(
                about=About.PERSON,
                subject=people[number % PEOPLE],
                room=f"bench{number // PEOPLE:07}",
                policy=policy,
                severity=SEVERITIES[policy],
                risk=chance.randrange(100),
                stepped_at=opened,
                opened_at=opened,
                due_at=due(SEVERITIES[policy], opened),
                step="done",
            )
        )
    made = Case.objects.bulk_create(cases, batch_size=500)
    Report.objects.bulk_create(
        [
            Report(case=case, reporter=chance.choice(people), channel=Channel.ROOM, policy=case.policy, made_at=now)
            for case in made
            for _ in range(chance.choice((1, 1, 3)))
        ],
        batch_size=500,
    )


def _moderator() -> str:
    from importlib import import_module

    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from accounts.models import User
    from moderation.actions import staff
    from moderation.audit.source import Source
    from moderation.staff import Role

    user = User.objects.create_user("moderator", display_name="Moderator")
    staff.grant(user, Role.MODERATOR, None, now=timezone.now(), source=Source.internal("benchmarks"))
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    shown = {"method": "mfa", "at": time.time(), "id": factor.pk, "type": factor.type}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
