"""A room one is not invited to does not exist: the same answers as for one that never did, in the same time."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa, fetch

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.alone]
Visit = Callable[..., Visitor]
NOWHERE = "aaaaaaaaaaaa"
ROUNDS, BATCHES, RATIO = 5, 6, 1.4
"""Four questions a round, rounds a batch, batches at most, and how far the medians may lie apart."""
API = [
    ("GET", "", {}),
    ("GET", "members/", {}),
    ("GET", "invites/", {}),
    ("POST", "start/", {}),
    ("POST", "end/", {}),
    ("POST", "moves/", {"move": "lower_hand"}),
    ("POST", "moves/", {"move": "remove", "member": 1}),
    ("POST", "invites/", {"stage": "audience"}),
    ("POST", "tokens/", {"speak": True}),
]
KNOCK = """room => new Promise((resolve) => {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/rooms/${room}/?tab=t`);
  const said = [];
  socket.onmessage = ({ data }) => said.push(JSON.parse(data));
  socket.onclose = ({ code, reason }) => resolve({ said, code, reason });
})"""


@pytest.fixture(scope="module")
def hidden(stoa: Stoa) -> str:
    """A room that alice keeps to those she invites."""
    return stoa.room("alice", "Board", access="invite")


@pytest.fixture(scope="module")
def elsewhere(stoa: Stoa) -> str:
    """A good room token, for another room."""
    room = stoa.room("mallet", "Elsewhere")
    status, answer = stoa.ask("mallet", "POST", f"/api/v1/rooms/{room}/tokens/", {"speak": True})
    assert status == 201, answer
    return str(answer["token"])


@pytest.mark.parametrize("name", ["mallory", ""])
def test_the_page_answers_alike(name: str, visit: Visit, stoa: Stoa, hidden: str) -> None:
    headers = {"Cookie": f"sessionid={stoa.sign_in(name)[name]}"} if name else {}
    assert alike(lambda room, _: fetch("GET", f"{stoa.url}/r/{room}", headers), hidden)


@pytest.fixture(scope="module")
def mallets(stoa: Stoa) -> list[str]:
    """A person for each batch of each question, and of knocks at last: nobody asks more than 30 times."""
    return list(stoa.sign_in(*(f"mallet{number}" for number in range((len(API) + 1) * BATCHES))))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("question", range(len(API)), ids=[f"{method} {path}" for method, path, _ in API])
def test_the_api_answers_alike(question: int, known: bool, stoa: Stoa, hidden: str, mallets: list[str]) -> None:
    method, path, body = API[question]
    names = mallets[question * BATCHES :] if known else [""] * BATCHES
    status, _ = alike(lambda room, batch: stoa.ask(names[batch], method, f"/api/v1/rooms/{room}/{path}", body), hidden)
    assert status == (404 if known else 401)


@pytest.mark.parametrize("known", [True, False])
def test_the_socket_answers_alike(known: bool, visit: Visit, stoa: Stoa, hidden: str, mallets: list[str]) -> None:
    visitor = visit()
    visitor.page.goto("/privacy/")

    def sign_in(batch: int) -> None:
        name = mallets[-1 - batch]
        cookie = {"name": "sessionid", "value": stoa.sign_in(name)[name], "url": stoa.url}
        visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a dict is a cookie

    answer = alike(lambda room, _: visitor.page.evaluate(KNOCK, room), hidden, sign_in if known else lambda _: None)
    assert answer["code"] == (4404 if known else 4401)


@pytest.mark.parametrize("door", ["whip", "whep"])
@pytest.mark.parametrize("token", ["of another room", "made up", ""])
def test_encoders_and_players_are_answered_alike(
    door: str, token: str, stoa: Stoa, hidden: str, elsewhere: str
) -> None:
    token = elsewhere if token == "of another room" else token
    headers = {"Content-Type": "application/sdp"} | ({"Authorization": f"Bearer {token}"} if token else {})
    url = f"{stoa.url}/api/v1/rooms"
    status, _ = alike(lambda room, _: fetch("POST", f"{url}/{room}/{door}", headers, b"v=0\r\n"), hidden)
    assert status in {401, 404}


def test_the_hallway_does_not_show_it(stoa: Stoa, hidden: str) -> None:
    status, cards = stoa.ask("mallory", "GET", "/api/v1/rooms/")
    assert status == 200
    assert hidden not in str(cards)
    assert hidden in str(stoa.ask("alice", "GET", "/api/v1/rooms/")[1])


def alike(ask: Callable[[str, int], Any], hidden: str, prepare: Callable[[int], None] = lambda _: None) -> Any:
    """What both rooms answer, asked in batches; AssertionError when answer or time tells them apart.

    What `prepare` does before a batch takes no part in the time.

    A difference that is there stays; one that a busy machine makes is gone in one of the next batches.
    """
    times: dict[str, list[float]] = {hidden: [], NOWHERE: []}
    answers: dict[str, Any] = {}
    for batch in range(BATCHES):
        prepare(batch)
        for room in (hidden, NOWHERE, NOWHERE, hidden) * ROUNDS:
            began = time.perf_counter()
            answers[room] = ask(room, batch)
            times[room].append(time.perf_counter() - began)
        assert nameless(answers[hidden], hidden) == nameless(answers[NOWHERE], NOWHERE)
        faster, slower = sorted(statistics.median(taken) for taken in times.values())
        if slower / faster < RATIO:
            return answers[hidden]
    pytest.fail(f"told apart by time: {slower * 1000:.1f} ms and {faster * 1000:.1f} ms")


def nameless(answer: Any, room: str) -> str:
    """The answer without what differs in any two: the id that was asked for and the page's fresh form token."""
    return re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", str(answer).replace(room, "ROOM"))
