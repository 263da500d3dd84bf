"""Encoders and players without our page: WHIP and WHEP with room tokens; both are members like everybody else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows import encoder, talk
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
PLAYER = Path(__file__).with_name("player.js")


def test_an_encoder_speaks_and_a_player_listens(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Live from the hall")
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    carol.page.goto("/privacy/")
    carol.page.get_by_role("heading").first.click()  # a tap, as browsers want before they play
    carol.page.evaluate(PLAYER.read_text(encoding="utf-8"))
    carol.page.evaluate("([room, token]) => player.listen(room, token)", [room, ticket(stoa, room, "carol")])
    talk.connected(carol)
    alice.page.get_by_role("button", name="Carol").wait_for()

    with encoder.publishing(
        f"{stoa.url}/api/v1/rooms/{room}/whip", stoa.manage("room_token", room, "--as", "bob", "--speak").strip()
    ):
        alice.page.get_by_role("button", name="Bob, on stage").wait_for()
        alice.hears(encoder.HUM)
        carol.hears(encoder.HUM)
        talk.decide(alice, carol, "Remove from the room", sure=True)
        carol.silence_falls()
        carol.hears_nothing()
    alice.silence_falls()
    alice.page.get_by_role("button", name="Bob, on stage").wait_for(state="detached")


def test_a_players_goodbye_takes_it_off_the_list(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Live from the hall")
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    carol.page.goto("/privacy/")
    carol.page.evaluate(PLAYER.read_text(encoding="utf-8"))
    carol.page.evaluate("([room, token]) => player.listen(room, token)", [room, ticket(stoa, room, "carol")])
    alice.page.get_by_role("button", name="Carol").wait_for()
    assert carol.page.evaluate("player.stop()") == 200
    alice.page.get_by_role("button", name="Carol").wait_for(state="detached")
    until("carol's connection is closed", lambda: carol.packets()["connections"] == 0, 40)


def ticket(stoa: Stoa, room: str, name: str) -> str:
    """A room token that one may ask for oneself: to listen."""
    status, answer = stoa.ask(name, "POST", f"/api/v1/rooms/{room}/tokens/")
    assert status == 201, answer
    return str(answer["token"])
