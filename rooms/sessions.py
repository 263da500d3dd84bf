"""Browsers' sessions: which still sign somebody in, and word to every process when that may have changed."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import standing
from accounts.models import User
from moderation.audit.source import factors
from rooms import bus, rows

CHANNEL = "stoa:sessions"  # each letter is the uid of somebody whose sessions are to be looked at

# Asked at every message.
_DATA = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_PERSON = rows.select(User, "person", "FROM accounts_user AS person WHERE id = %s")


def person(key: str) -> User | None:
    """Whose session this is: as Django's `get_user` would say, but at a quarter of the price, and of the suspended too.

    Those are not in good standing (`accounts.standing`), and may do nothing.
    """
    return shown(key)[0]


def shown(key: str) -> tuple[User | None, str]:
    """Whose session this is, as `person` says, and by which factors they have shown it."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_DATA, [key, now])
        row = cursor.fetchone()
    data = SessionStore().decode(row[0]) if row else {}
    user = rows.read(User, _PERSON, [data.get(SESSION_KEY)])
    fits = user is not None and _fits(data, {str(user.pk): user.get_session_auth_hash()})
    return (user, factors(data)) if fits else (None, "")


def living(keys: Collection[str]) -> set[str]:
    """Those of the session keys that still sign somebody in who may take part: two queries, however many they are."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    told = {row.session_key: row.get_decoded() for row in rows}
    whose = {data[SESSION_KEY] for data in told.values() if SESSION_KEY in data}
    people = User.objects.filter(standing.good(timezone.now()), pk__in=whose)
    proofs = {str(user.pk): user.get_session_auth_hash() for user in people}
    return {key for key, data in told.items() if _fits(data, proofs)}


def _fits(data: Mapping[str, Any], proofs: Mapping[str, str]) -> bool:
    proof = proofs.get(data.get(SESSION_KEY, ""))
    return proof is not None and constant_time_compare(data.get(HASH_SESSION_KEY, ""), proof)


@receiver(post_delete, sender=Session)
def ended(instance: Session, **_: Any) -> None:
    """Tell of a session that was ended by its owner or for them; one that ran out is found without."""
    if instance.expire_date > timezone.now():
        _tell(User.objects.filter(pk=instance.get_decoded().get(SESSION_KEY, 0)).first())


@receiver(post_save, sender=User)
def changed(instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    """Tell of a new password, a sign-out everywhere, or of somebody who may not take part any more."""
    if not created and (
        update_fields is None or {"password", "is_active", "sign_outs", "suspended_until"} & set(update_fields)
    ):
        _tell(instance)


def _tell(user: User | None) -> None:
    if user is not None:
        transaction.on_commit(lambda: bus.publish([(CHANNEL, user.uid)]), robust=True)
