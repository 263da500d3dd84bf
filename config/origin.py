"""Room sockets come from our own pages: another site's page is refused, and the refusal is on the record."""

from asgiref.sync import sync_to_async
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts import strangers
from config.proxy import Application, Receive, Scope, Send
from moderation.audit.source import Source


class SameOrigin:
    """ASGI application that passes a socket on when its Origin is this site, and denies it otherwise.

    A client that is no browser sends no Origin and carries no cookie of a victim's: it is passed on.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the socket on, or record the refusal and deny it."""
        if allowed(scope):
            await self.application(scope, receive, send)
            return
        await sync_to_async(strangers.note)("socket.connect", Source.of_scope(scope), "origin")
        await WebsocketDenier()(scope, receive, send)


def allowed(scope: Scope) -> bool:
    """Whether the socket's Origin is the scheme and host it was opened on, and that host is one of ours."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return True
    host = headers.get(b"host", b"").decode("latin-1")
    ours = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    scheme = "https" if scope.get("scheme") == "wss" else "http"  # Daphne names none for a plain socket
    return ours and origin.decode("latin-1") == f"{scheme}://{host}"
