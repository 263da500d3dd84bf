"""Sign-ins, sign-outs and second factors, as Django and allauth tell of them, on their way into the audit log.

Where a transaction is open the entry belongs to it; a sign-in that cannot be recorded does not happen.
"""

from typing import Any

from allauth.core import context
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as sessions
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import signals as models
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actions import push
from accounts.models import User
from moderation.audit.record import record, record_refusal
from moderation.audit.source import Source


@receiver(sessions.user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody is in."""
    _done("account.sign_in", request, user)


@receiver(sessions.user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Somebody left; nothing to tell of a session that was nobody's."""
    if user is not None:
        _done("account.sign_out", request, user)


@receiver(sessions.user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A password did not fit; whose, if anybody's, is told by id."""
    subject = User.objects.filter(username__iexact=credentials.get("username") or "").first()
    _refused("account.sign_in", request, subject, "wrong_password")


@receiver(factors.authentication_failed)
def factor_failed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor did not fit."""
    _refused("account.second_factor", request, user, f"wrong_{authenticator.type}")


@receiver(factors.authenticator_used)
def factor_used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor or a passkey fitted."""
    _done("account.second_factor", request, user, {"type": authenticator.type})


@receiver(models.post_save, sender=Authenticator)
def factor_kept(instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    """A way in was added, a recovery code used up, or all of them shown for the first time.

    Of the first allauth tells after the commit, of the others never. What else it saves is another name of a passkey
    (`passkeys.EditForm`), and when a way was used last.
    """
    if created:
        _factor("add", instance)
    elif instance.type == Authenticator.Type.RECOVERY_CODES and update_fields is None:
        _factor("use_up", instance)
    elif update_fields == frozenset({"data"}):
        _factor("show", instance)


@receiver(models.pre_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, **_: Any) -> None:
    """A way in is removed. Of two who remove it at once, the one who still finds it there tells of it."""
    if Authenticator.objects.select_for_update().filter(pk=instance.pk).first():
        _factor("remove", instance)


@receiver(models.post_delete, sender=Session)
def session_gone(instance: Session, **_: Any) -> None:
    """Notify nobody in a browser that is signed out."""
    push.forget_session(instance.session_key)


def _factor(what: str, factor: Authenticator) -> None:
    """One entry for each row, of which somebody may have several of a type: several passkeys."""
    _done(f"account.factor_{what}", context.request, factor.user, {"type": factor.type, "factor": factor.pk})


def _done(action: str, request: HttpRequest | None, user: User, detail: dict[str, object] | None = None) -> None:
    with transaction.atomic():
        record(
            action,
            source=_source(request),
            actor=user.uid,
            object_type="user",
            object_id=user.uid,
            detail=detail or {},
        )


def _refused(action: str, request: HttpRequest | None, subject: User | None, reason: str) -> None:
    uid = subject.uid if subject else ""
    record_refusal(action, source=_source(request), object_type="user", object_id=uid, reason=reason)


def _source(request: HttpRequest | None) -> Source:
    return Source.internal("command") if request is None else Source.of_request(request)
