"""The threads of HTTP requests, asked by an application that says which one it was given."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path

from config import threads
from config.threads import Handler


class Inner(Handler):
    """One that only notes the thread of each request, and does something there."""

    def __init__(self, do: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.do, self.given = do, list[threading.Thread]()

    async def handle(self, *_request: object) -> None:
        await sync_to_async(self._note)()
        await sync_to_async(self.do)()

    def _note(self) -> None:
        self.given.append(threading.current_thread())


async def ask(handler: Inner, times: int = 1) -> None:
    async def nothing() -> dict[str, object]:
        return {"type": "http.request"}

    async def drop(_message: Mapping[str, object]) -> None:
        return None

    await asyncio.gather(*(handler({"type": "http"}, nothing, drop) for _ in range(times)))


async def test_requests_one_after_another_share_a_thread() -> None:
    handler = Inner()
    for _ in range(3):
        await ask(handler)
    assert len(set(handler.given)) == 1
    assert handler.given[0] is not threading.current_thread()


async def test_requests_at_once_have_a_thread_each_and_only_so_many_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "KEPT", 2)
    handler = Inner(threading.Barrier(5, timeout=10).wait)
    await ask(handler, 5)
    first = set(handler.given)
    handler.do = threading.Barrier(3, timeout=10).wait
    await ask(handler, 3)
    assert len(first) == 5
    assert len(first & set(handler.given[5:])) == 2


async def test_the_thread_of_a_request_that_was_cut_off_is_given_to_nobody_while_it_works() -> None:
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        if not begun.is_set():
            begun.set()
            over.wait(10)

    handler = Inner(work)
    first = asyncio.create_task(ask(handler))
    await asyncio.to_thread(begun.wait, 10)
    first.cancel()
    await asyncio.wait([first])
    await ask(handler)
    over.set()
    assert first.cancelled()
    assert len(set(handler.given)) == 2


async def test_a_request_that_fails_takes_its_thread_along() -> None:
    def fail() -> None:
        if len(handler.given) == 1:
            raise RuntimeError("ours")

    handler = Inner(fail)
    with pytest.raises(RuntimeError):
        await ask(handler)
    await ask(handler)
    assert handler.given[0] is not handler.given[1]


@pytest.mark.django_db(transaction=True)
async def test_a_thread_keeps_its_connection_to_the_database() -> None:
    seen: list[object] = []

    def look() -> None:
        connection.ensure_connection()
        seen.append(connection.connection)

    handler = Inner(look)
    try:
        await ask(handler)
        await ask(handler)
        assert seen[0] is seen[1]
    finally:
        handler.do = connections.close_all
        await ask(handler)


# What a handler answers, by the house's own addresses.
_seen: dict[str, object] = {}


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """One that notes its thread."""

    def around(request: HttpRequest) -> HttpResponseBase:
        _seen["middleware"] = threading.get_ident()
        return get_response(request)

    return around


def plain(_request: HttpRequest) -> HttpResponse:
    """A view that notes its thread."""
    _seen["view"] = threading.get_ident()
    return HttpResponse("plain")


async def waiting(_request: HttpRequest) -> HttpResponse:
    """A view that notes its loop."""
    _seen["loop"] = asyncio.get_running_loop()
    return HttpResponse("waiting")


urlpatterns = [path("plain/", plain), path("waiting/", waiting)]
OWN = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.middleware"])


async def answer(where: str) -> str:
    """The body of the answer, as it was sent."""
    sent: list[bytes] = []
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, object]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": where, "query_string": b"", "headers": []}
    await Handler()(scope, receive, send)
    return b"".join(sent).decode()


@OWN
async def test_middleware_and_view_run_in_the_thread_of_the_request() -> None:
    assert await answer("/plain/") == "plain"
    assert _seen["middleware"] == _seen["view"] != threading.get_ident()


@OWN
async def test_a_view_that_waits_runs_in_the_loop_that_serves() -> None:
    assert await answer("/waiting/") == "waiting"
    assert _seen["loop"] is asyncio.get_running_loop()
