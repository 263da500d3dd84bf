"""An answer's pace, asked of Daphne's own request and a network that takes nothing more."""

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from daphne.http_protocol import WebRequest
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from config import asgi, pace
from config.pace import Paced
from config.proxy import Message, Receive, Scope, Send
from tests.config.test_bodies import Connection

PART = b"x" * 1000
MANY = 50


@pytest.fixture
def channel() -> SimpleNamespace:
    """The connection, which Twisted's transport has paused, as it does beyond 64 KB."""
    return SimpleNamespace(_waitingForTransport=True)


def request(channel: SimpleNamespace) -> Any:
    made: Any = WebRequest.__new__(WebRequest)
    made.channel = channel
    return made


class Answer:
    """Many parts, sent to a request of Daphne's; how many went."""

    def __init__(self, to: object) -> None:
        self.sent, self._to = 0, to

    async def _send(self, _request: object, _message: Message) -> None:
        self.sent += 1

    async def _parts(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        for part in range(MANY):
            await send({"type": "http.response.body", "body": PART, "more_body": part < MANY - 1})

    async def _nothing(self) -> Message:
        return {}

    def begin(self) -> asyncio.Task[None]:
        send: Send = partial(self._send, self._to)
        return asyncio.create_task(Paced(self._parts)({"type": "http"}, self._nothing, send))


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_reader_who_takes_nothing_more_is_sent_nothing_more_until_they_do(channel: SimpleNamespace) -> None:
    answer = Answer(request(channel))
    task = answer.begin()
    await turns()
    assert answer.sent == 1
    channel._waitingForTransport = False
    await asyncio.wait_for(task, 5)
    assert answer.sent == MANY


async def test_a_reader_who_takes_nothing_for_too_long_is_cut_off(
    channel: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.01)
    to, cut = request(channel), list[int]()

    def abort() -> None:
        cut.append(answer.sent)
        to.channel = None  # as Twisted does once the connection is lost

    channel.transport = SimpleNamespace(abortConnection=abort)
    answer = Answer(to)
    await asyncio.wait_for(answer.begin(), 5)
    assert cut == [1]


async def test_an_answer_to_a_reader_who_is_gone_is_not_kept_waiting(channel: SimpleNamespace) -> None:
    to = request(channel)
    to.channel = None
    await asyncio.wait_for(Answer(to).begin(), 5)


@pytest.mark.parametrize("to", [object(), SimpleNamespace(channel=SimpleNamespace(_waitingForTransport=True))])
async def test_nor_is_one_that_goes_elsewhere_than_to_daphne(to: object) -> None:
    answer = Answer(to)
    await asyncio.wait_for(answer.begin(), 5)
    assert answer.sent == MANY


def test_our_entry_paces_every_answer_before_anything_else_hides_where_it_goes() -> None:
    assert isinstance(asgi.application, Paced)


class TestTwisted:
    """The words of Twisted's that we read, which no interface promises."""

    def test_it_says_of_a_connection_whether_it_waits_for_the_network(self) -> None:
        connection = Connection()
        channel = connection.protocol._channel
        assert channel._waitingForTransport is False
        connection.transport.producer.pauseProducing()
        assert channel._waitingForTransport is True
        connection.protocol.connectionLost(Failure(ConnectionDone()))

    def test_it_has_a_transport_that_cuts_the_connection_off(self) -> None:
        connection = Connection()
        connection.protocol._channel.transport.abortConnection()
        assert connection.transport.disconnecting
        connection.protocol.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
