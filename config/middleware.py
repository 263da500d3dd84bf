"""Headers of every answer: what a page may load, and what it may ask the browser for; and what is no address."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = (
    "microphone=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
    "screen-wake-lock=(self), autoplay=(self), speaker-selection=(self), clipboard-write=(self), "
    "camera=(), geolocation=(), display-capture=(), payment=(), usb=(), browsing-topics=()"
)


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


class Headers:
    """Middleware that adds our headers to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house, with our headers."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = policy(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        return response


class Addresses:
    """Middleware that refuses an address with a NUL: no text in PostgreSQL has one, so to ask for it is an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house; the API has answers of its own. Raises `Http404`."""
        nul = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if nul and not request.path.startswith("/api/"):
            raise Http404
        return self.get_response(request)
