"""The threads that HTTP requests are answered in: each stays, and with it its connection to the database."""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

KEPT = 8  # by a web process, with a connection each; what is more at once has threads that end with their request


class Handler(ASGIHandler):
    """Django's handler, with threads that were used before, and in them all of a request in one go, as under WSGI.

    Django's own makes a thread, and so a connection, for each request, and goes back from it to the event loop for
    every step between the outermost middleware and the view.
    """

    def __init__(self) -> None:
        super().__init__()
        self._idle: list[ThreadPoolExecutor] = []

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer a request. The thread of one that fails or is cut off may be busy still: it ends with its work."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="http")
        async with ThreadSensitiveContext(executor=thread):
            await self.handle(scope, receive, send)
        if len(self._idle) < KEPT:
            self._idle.append(thread)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002  # Django would have it so
        """Make the chain of middleware and view, none of it asynchronous."""
        super().load_middleware()

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """What the chain answers, in the request's thread."""
        return await sync_to_async(self.get_response)(request)
