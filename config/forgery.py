"""How the API knows who asks, and requests that another site's page may have forged: refused, and put on the record."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.csrf import csrf_failure
from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request

from accounts import standing, strangers
from accounts.models import User
from moderation.audit.source import Source
from rooms import refusals, sessions
from rooms.roles import Code


class Suspended(APIException):
    """The account is suspended."""

    status_code = refusals.status(Code.SUSPENDED)
    default_code = Code.SUSPENDED.value


class SameSiteSession(SessionAuthentication):
    """The API's way to know who asks: the session, and for a change the token that only our own pages have."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Whoever is signed in, if anybody is. Raises `Suspended` where the session is that of a suspended account."""
        found: tuple[Any, None] | None = super().authenticate(request)
        if _is_suspended(request, found[0] if found else None):
            raise Suspended(refusals.body(Code.SUSPENDED)["message"])
        return found

    def enforce_csrf(self, request: Request) -> None:
        """Nothing, when the token is right; else raises `PermissionDenied`, and notes it."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            strangers.note("request.submit", Source.of_request(request), "csrf")
            raise


class Scheme(SessionScheme):  # type: ignore[no-untyped-call]  # drf-spectacular's
    """Lets the API's description say of ours what it says of Django REST framework's own."""

    target_class = "config.forgery.SameSiteSession"


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without its token: a 403."""
    strangers.note("request.submit", Source.of_request(request), "csrf")
    return csrf_failure(request, reason)


def _is_suspended(request: Request, user: User | None) -> bool:
    """Whether the person whose session it is may not take part; Django itself finds nobody who is not active."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    whose = user or (sessions.person(key) if key else None)
    return whose is not None and standing.suspended(whose, timezone.now())
