"""`python -m benchmarks.seed COUNT ROOMS`: people who are signed in, and live rooms, in the database that is named.

Prints one line of JSON: `{"room": id, "sessions": [cookie, ...]}`: the first room, and the first session is its host's.
Every other room is hosted by the next person in turn.
"""

import json
import os
import sys

import django


def main(count: int, rooms: int) -> None:
    """Nothing: the people and the rooms are stored, and the cookies printed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(_seed(count, rooms)))


def _seed(count: int, rooms: int) -> dict[str, object]:
    from django.utils import timezone

    from accounts.models import User
    from moderation.audit.source import Source
    from rooms.actions.rooms import Plan, open_room
    from rooms.models import Access

    names = [f"light{number}" for number in range(count)]
    users = User.objects.bulk_create(User(username=name, display_name=name, password="!") for name in names)
    source, now = Source.internal("benchmarks"), timezone.now()
    opened = [
        open_room(users[number % count], Plan(f"Room {number} to be measured", Access.OPEN), source=source, now=now)
        for number in range(rooms)
    ]
    return {"room": opened[0].pk, "sessions": [_session(user) for user in users]}


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
    main(int(sys.argv[1]), int(sys.argv[2]))
