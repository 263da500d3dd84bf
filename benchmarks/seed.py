"""`python -m benchmarks.seed COUNT`: people who are signed in, and a live room, in the database the environment names.

Prints one line of JSON: `{"room": id, "sessions": [cookie, ...]}`; the first session is the host's.
"""

import json
import os
import sys

import django


def main(count: int) -> None:
    """Nothing: the people and the room are stored, and their cookies printed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(_seed(count)))


def _seed(count: int) -> dict[str, object]:
    from django.utils import timezone

    from accounts.models import User
    from moderation.audit.source import Source
    from rooms.actions.rooms import Plan, open_room
    from rooms.models import Access

    names = [f"light{number}" for number in range(count)]
    users = User.objects.bulk_create(User(username=name, display_name=name, password="!") for name in names)
    plan = Plan("A room to be measured", Access.OPEN)
    room = open_room(users[0], plan, source=Source.internal("benchmarks"), now=timezone.now())
    return {"room": room.pk, "sessions": [_session(user) for user in users]}


def _session(user: object) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User

    assert isinstance(user, User)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
