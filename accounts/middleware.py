"""What comes with a member to every page: their language, and whether they may take part."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accounts import standing, strangers
from accounts.answers import suspended
from accounts.models import User
from moderation.audit.source import Source

OPEN = (
    "/privacy/",
    "/report/",
    "/rules/",
    "/transparency/",
    "/language/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/audit/checkpoint",
    "/audit/keys",
    "/healthz",
    "/readyz",
    "/version",
    "/metrics",
    "/manifest.webmanifest",
    "/worker.js",
    "/offline/",
    "/static/",
    "/api/v1/",
)
"""How the paths begin that the suspended still reach: their own data, what everybody may report, the way out, and
where one shows that it is oneself before ending the account; what tells nobody anything about others, and the API,
which asks for itself."""


class OwnLanguage:
    """Middleware that answers members in the language they chose, on whichever device they chose it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house, in their language."""
        chosen = _chosen(request)
        if chosen and chosen != translation.get_language():
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


def _chosen(request: HttpRequest) -> str:
    try:
        return getattr(request.user, "language", "")
    except DatabaseError:  # the view says what follows from that
        return ""


class GoodStanding:
    """Middleware that shows the suspended why, and nothing else: no page is reached past it but those in `OPEN`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house, or the page of a suspended account. What else they try is recorded."""
        if _in_good_standing(request):
            return self.get_response(request)
        request.suspended = True  # type: ignore[attr-defined]  # for templates
        if request.path_info.startswith(OPEN):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            strangers.note("request.submit", Source.of_request(request), "suspended")
        return suspended(request)


def _in_good_standing(request: HttpRequest) -> bool:
    try:
        return not isinstance(request.user, User) or not standing.suspended(request.user, timezone.now())
    except DatabaseError:  # nobody is anybody then: the view says what follows from that
        return True
