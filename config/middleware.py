"""Headers of every answer: what a page may load, and what it may ask the browser for; and what is no address."""

from collections.abc import Callable
from itertools import chain

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, DisallowedHost
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import sessions

PERMISSIONS = (
    "microphone=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
    "screen-wake-lock=(self), autoplay=(self), speaker-selection=(self), clipboard-write=(self), "
    "camera=(), geolocation=(), display-capture=(), payment=(), usb=(), browsing-topics=()"
)

_PARTS = ("text/javascript", "text/css")
SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def policy(request: HttpRequest) -> str:
    """The content security policy of an answer: our own origin, its sockets, and nothing inline."""
    return "; ".join(f"{name} {value}" for name, value in (SOURCES | {"connect-src": _sockets(request)}).items())


def _sockets(request: HttpRequest) -> str:
    """Where a page may connect to: our origin and its sockets, and nowhere from a host that is not ours."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return "'none'"
    return "'self' " + ("wss://" if request.is_secure() else "ws://") + host


def _is_part(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is a part of pages and never a page: policies on it do nothing, and on a room's they are 50 KB."""
    return request.path.startswith(settings.STATIC_URL) and response.headers.get("Content-Type", "").startswith(_PARTS)


class Headers:
    """Middleware that adds our headers to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house, with our headers; it is its reader's alone unless it says more."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if not _is_part(request, response):
            response.headers["Content-Security-Policy"] = policy(request)
            response.headers["Permissions-Policy"] = PERMISSIONS
        return response


class Nul:
    """Middleware that refuses a NUL, wherever it is sent: no text in PostgreSQL has one, so to ask for it is an error.

    Without it each view would have to look into each field that no form has checked. JSON is checked by the API's own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house; 404 for an address that cannot be, 400 for such a cookie."""
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("a NUL in a cookie")
        if "\0" not in request.path and "%00" not in request.META.get("QUERY_STRING", ""):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": "not_found", "message": _("There is nothing here, or nothing for you.")}, status=404
            )
        raise Http404

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Nothing, for a form without one. Raises `BadRequest`, which is 400."""
        sent = chain.from_iterable(values for _, values in request.POST.lists())
        if any("\0" in value for value in sent):
            raise BadRequest("a NUL in a form")


class Known(AuthenticationMiddleware):
    """Middleware that says who asks, as Django's does, at a quarter of the price."""

    def process_request(self, request: HttpRequest) -> None:
        """Nothing: `request.user` is whoever is signed in, looked up when somebody wants to know."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _asking(request))  # type: ignore[assignment]  # it stands for one


def _asking(request: HttpRequest) -> User | AnonymousUser:
    """Whoever is signed in. A session whose account has another password by now, or is closed, is ended."""
    if SESSION_KEY not in request.session:
        return AnonymousUser()
    user = sessions.whose(request.session)
    if user is None:
        request.session.flush()
    return user if user is not None and user.is_active else AnonymousUser()
