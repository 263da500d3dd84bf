"""Browsers' sessions: which still sign somebody in, and word to every process when that may have changed."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
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

STRANGERS = 24 * 3600
"""Seconds that the session of somebody who is not signed in lasts: long enough to come in by a code, or a passkey."""
CHANNEL = "stoa:sessions"  # each letter is the uid of somebody whose sessions are to be looked at

# Asked at every request and every message.
_DATA = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_PERSON = rows.select(User, "person", "FROM accounts_user AS person WHERE id = %s")


class SessionStore(db.SessionStore):
    """Django's, which says the same at a quarter of the price, and keeps a stranger's for a day."""

    def get_session_cookie_age(self) -> int:
        """How many seconds it lasts from its last change."""
        return settings.SESSION_COOKIE_AGE if SESSION_KEY in self else STRANGERS

    def load(self) -> dict[str, Any]:
        """What the session holds; of one that is over nothing, and it has no key any more."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_DATA, [self.session_key, now])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


def person(key: str) -> User | None:
    """Whose session has this key, as `whose` says."""
    return shown(key)[0]


def shown(key: str) -> tuple[User | None, str]:
    """Whose session has this key, as `whose` says, and by which factors they have shown it."""
    data = SessionStore(key).load()
    user = whose(data)
    return (user, factors(data)) if user else (None, "")


def whose(session: Mapping[str, Any]) -> User | None:
    """Whom the session signs in: as Django's `get_user` would say, but at a quarter of the price.

    It says so of the suspended too. Those are not in good standing (`accounts.standing`), and may do nothing.
    """
    user = rows.read(User, _PERSON, [session.get(SESSION_KEY)])
    return user if user is not None and _fits(session, {str(user.pk): user.get_session_auth_hash()}) else None


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
