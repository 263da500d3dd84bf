"""By what a browser is known again: a random number in a signed cookie, whose keyed hash stands in its session.

While a person is suspended, or has left a case undecided, the hashes of the browsers they were signed in with are kept
(`BarredDevice`), so that they do not come in again by another code. Nobody else's are, and under the profile `private`
there is no cookie. It is a hint and no more: another browser is unknown, and whoever shares one with somebody suspended
has to use another.
"""

import secrets
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import BarredDevice, User

COOKIE = "stoa_device"
AGE = timedelta(days=180)  # said in accounts/notices
_KEY = "device"  # in the session
_SALT = "accounts.hints"


def mark(request: HttpRequest, response: HttpResponse) -> str:
    """The digest of the browser that has just signed somebody in; it is known by it from now on. Empty if private."""
    if settings.STOA_PROFILE == "private":
        return ""
    number = _number(request) or secrets.token_hex(16)
    response.set_signed_cookie(
        COOKIE, number, _SALT, max_age=AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    request.session[_KEY] = _digest(number)
    return _digest(number)


def barred(request: HttpRequest, now: datetime) -> bool:
    """Whether somebody who is suspended was signed in with this browser."""
    number = _number(request)
    return bool(number) and BarredDevice.objects.filter(digest=_digest(number), until__gt=now).exists()


def of(user: User, now: datetime) -> set[str]:
    """The digests of the browsers that `user` is signed in with."""
    keys = UserSession.objects.filter(user=user).values("session_key")
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return {digest for session in sessions if (digest := session.get_decoded().get(_KEY))}


def _number(request: HttpRequest) -> str:
    """The number in the browser's cookie; empty without one of ours."""
    return request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=AGE) or ""


def _digest(number: str) -> str:
    return salted_hmac(_SALT, number, algorithm="sha256").hexdigest()
