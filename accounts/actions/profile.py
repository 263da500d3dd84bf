"""What people change about themselves, and where they are signed in."""

from datetime import datetime
from typing import TypedDict, Unpack

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts import avatars
from accounts.actions import push
from accounts.actions.base import note, note_change
from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source


class Profile(TypedDict, total=False):
    """What may be changed by a word."""

    display_name: str
    language: str
    ai_voice: bool
    theme: str
    notify_reminders: bool
    notify_openings: bool


@transaction.atomic
def change_profile(user: User, *, source: Source, **wanted: Unpack[Profile]) -> None:
    """Change `user` as wanted; which fields changed is recorded, not their content."""
    changed = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if not changed:
        return
    before = {field: getattr(user, field) for field in changed}
    for field, value in changed.items():
        setattr(user, field, value)
    user.save(update_fields=list(changed))
    note_change(user, source, before, changed)


@transaction.atomic
def change_picture(user: User, picture: bytes, *, source: Source) -> None:
    """Show `user` by this picture (as `avatars.encode` made it), or by initials where it is empty."""
    held = User.objects.select_for_update().get(pk=user.pk)
    before, after = held.avatar, avatars.digest_of(picture) if picture else ""
    user.avatar = after
    if before == after:
        return
    user.save(update_fields=["avatar"])
    note_change(user, source, {"avatar": before}, {"avatar": after})
    if picture:
        avatars.keep(user.uid, picture)  # last, so that no file is left of what could not be told
    transaction.on_commit(lambda: avatars.discard(user.uid, before))


@transaction.atomic
def sign_out_elsewhere(user: User, session: SessionBase, *, source: Source) -> None:
    """End every session of `user` but this one, which gets another key, and void their room tokens."""
    held = User.objects.select_for_update().get(pk=user.pk)
    user.sign_outs = held.sign_outs + 1
    user.save(update_fields=["sign_outs"])
    here = session.session_key
    for other in UserSession.objects.filter(user=user).exclude(session_key=here):
        other.end()
    push.forget_person(user)
    session.cycle_key()
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    UserSession.objects.filter(session_key=here).update(session_key=session.session_key)
    note("account.sessions_end", user, source)


@transaction.atomic
def forget_sessions(*, now: datetime, source: Source) -> int:
    """How many sessions ran out and are forgotten, with the address and browser they came from."""
    Session.objects.filter(expire_date__lt=now).delete()
    living = Session.objects.values("session_key")
    forgotten: int = UserSession.objects.exclude(session_key__in=living).delete()[0]
    if forgotten:
        record("account.sessions_forget", source=source, detail={"sessions": forgotten})
    return forgotten
