"""What flows do to people and rooms behind the pages' back; `test_walk` comes in by the door."""

SIGN_IN = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

keys = {}
for name in %(names)r:
    person, _ = get_user_model().objects.get_or_create(username=name, defaults={"display_name": name.capitalize()})
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    keys[name] = session.session_key
print(json.dumps(keys))
"""
"""Run by `manage.py shell`: prints a session key for each of `names`."""

INVITED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import InviteCode, Redemption, User

now = timezone.now()
terms = {"issuer": User.objects.get(username=%(host)r), "created_at": now, "expires_at": now + timedelta(days=1)}
code = InviteCode.objects.create(digest=%(host)r + %(guest)r, **terms)
Redemption.objects.create(code=code, user=User.objects.get(username=%(guest)r), redeemed_at=now)
"""
"""Run by `manage.py shell`: `guest` came in by a code of `host`, so that they know each other."""

EMPTY = """
from django.utils import timezone
from rooms.models import Member, Reminder, Room, State

Reminder.objects.all().delete()
Member.objects.update(present=False, stage="audience", joined_at=None)
Room.objects.exclude(state=State.ENDED).update(state=State.ENDED, ended_at=timezone.now(), end_reason="host")
"""
"""Run by `manage.py shell`: no room is open or to come, and nobody was in one or asked for one, whatever was before."""
