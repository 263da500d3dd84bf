"""Signing people in without a browser, for flows that begin inside; `test_walk` comes in by the door."""

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
