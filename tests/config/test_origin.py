import pytest
from channels.testing import WebsocketCommunicator

from accounts.strangers import LIMIT
from config.origin import SameOrigin
from config.proxy import Receive, Scope, Send
from moderation.audit.models import Entry


async def welcome(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})


async def opened(origin: bytes | None, host: bytes = b"localhost:8000", scheme: str = "") -> bool:
    headers = [(b"host", host)] + ([(b"origin", origin)] if origin is not None else [])
    socket = WebsocketCommunicator(SameOrigin(welcome), "/ws/rooms/abc/", headers=headers)
    socket.scope |= {"scheme": scheme} if scheme else {}
    connected, _ = await socket.connect()
    return bool(connected)


@pytest.mark.parametrize(
    ("origin", "scheme"),
    [(b"http://localhost:8000", ""), (b"http://localhost:8000", "ws"), (b"https://localhost:8000", "wss"), (None, "")],
)
async def test_our_own_pages_and_programs_may_open_a_socket(origin: bytes | None, scheme: str) -> None:
    assert await opened(origin, scheme=scheme)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("origin", "scheme"), [(b"http://localhost:8000", "wss"), (b"https://localhost:8000", "")])
async def test_a_page_of_the_other_scheme_is_another_site_s(origin: bytes, scheme: str) -> None:
    assert not await opened(origin, scheme=scheme)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "origin",
    [b"http://mallory.example", b"http://localhost:9000", b"http://localhost", b"null", b"", b"http://[", b"\xff"],
)
async def test_another_site_s_page_is_refused_and_recorded(origin: bytes) -> None:
    assert not await opened(origin)
    entry = await Entry.objects.aget()
    assert (entry.action, entry.result, entry.reason) == ("socket.connect", "refused", "origin")


@pytest.mark.django_db(transaction=True)
async def test_nobody_can_fill_the_log_with_them() -> None:
    assert not any([await opened(b"http://mallory.example") for _ in range(LIMIT + 5)])
    assert await Entry.objects.acount() == LIMIT


@pytest.mark.django_db(transaction=True)
async def test_a_host_that_is_not_ours_is_refused_even_where_the_origin_says_the_same() -> None:
    assert not await opened(b"http://mallory.example", host=b"mallory.example")
