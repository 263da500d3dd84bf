"""The hub, with sockets and a road of the test's own."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from rooms.bus import Handler, Letter, room_channel
from rooms.hub import PING_EVERY, Hub
from rooms.reactions import Coalescer, Reaction


class Road:
    """Remembers who listens; `letter` brings one."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    async def subscribe(self, channel: str, handler: Handler) -> bool:
        self.handlers[channel] = handler
        return True

    def hears(self, channel: str) -> bool:
        return channel in self.handlers

    async def unsubscribe(self, channel: str) -> None:
        del self.handlers[channel]

    def letter(self, text: str, to: str = "", close: int = 0) -> None:
        self.handlers[room_channel("r")](Letter(text, to, close).dump())


class Ear:
    """A socket that remembers."""

    def __init__(self, connection: str, *, broken: bool = False) -> None:
        self.connection, self.broken = connection, broken
        self.session = self.uid = self.sfu = ""
        self.heard: list[str] = []
        self.codes: list[int] = []
        self.pings: list[int] = []
        self.moved = 0

    async def hand(self, text: str) -> None:
        if self.broken:
            raise ConnectionResetError
        self.heard.append(text)

    async def cut(self, code: int) -> None:
        self.codes.append(code)

    async def ping(self, seq: int, now: float) -> None:
        self.pings.append(seq)

    async def sign_out(self) -> None:
        self.codes.append(4401)

    async def move_sound(self) -> None:
        self.moved += 1


class Scene:
    def __init__(self) -> None:
        self.road = Road()
        self.listening = 3
        self.counted = 0
        self.hub = Hub(self.road, self._count, self._numbers, Coalescer("here"))  # type: ignore[arg-type]  # what the hub uses of a bus

    async def _count(self, _room: str) -> int:
        self.counted += 1
        return self.listening

    async def _numbers(self, rooms: list[str]) -> dict[str, int]:
        return dict.fromkeys(rooms, 8)

    async def enter(self, *ears: Ear) -> None:
        for ear in ears:
            await self.hub.enter("r", ear)

    async def settle(self, turns: int = 5) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    task = asyncio.create_task(scene.hub.run())
    yield scene
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_letter_reaches_every_socket_of_the_room_as_it_came(scene: Scene) -> None:
    ears = [Ear(str(number)) for number in range(250)]
    await scene.enter(*ears)
    scene.road.letter('{"seq":1}\n with a line break')
    await scene.settle()
    assert [ear.heard for ear in ears] == [['{"seq":1}\n with a line break']] * 250


async def test_a_letter_to_one_reaches_only_that_one_and_may_close_it(scene: Scene) -> None:
    bob, carol = Ear("b"), Ear("c")
    await scene.enter(bob, carol)
    scene.road.letter("out", to="b", close=4403)
    scene.road.letter("to nobody here", to="x")
    await scene.settle()
    assert (bob.heard, bob.codes, carol.heard, carol.codes) == (["out"], [4403], [], [])


async def test_one_broken_socket_does_not_silence_the_room(scene: Scene) -> None:
    broken, whole = Ear("a", broken=True), Ear("b")
    await scene.enter(broken, whole)
    for text in ("1", "2"):
        scene.road.letter(text)
    await scene.settle()
    assert whole.heard == ["1", "2"]


async def test_a_room_is_subscribed_once_and_let_go_with_its_last_socket(scene: Scene) -> None:
    bob, carol = Ear("b"), Ear("c")
    await scene.enter(bob, carol)
    assert list(scene.road.handlers) == [room_channel("r")]
    await scene.hub.leave("r", bob)
    assert scene.hub.rooms == ["r"]
    await scene.hub.leave("r", carol)
    await scene.hub.leave("r", carol)
    assert (scene.hub.rooms, scene.road.handlers) == ([], {})


async def test_whoever_is_expected_hears_what_the_room_is_told_where_others_hear_it_already(scene: Scene) -> None:
    bob, carol = Ear("b"), Ear("c")
    scene.hub.expect("r", bob)
    assert not scene.hub.hears("r")
    assert scene.road.handlers == {}
    await scene.enter(bob)
    scene.hub.expect("r", carol)
    assert scene.hub.hears("r")
    scene.road.letter("hello")
    await scene.settle()
    assert (bob.heard, carol.heard) == (["hello"], ["hello"])


async def test_a_hundred_changes_of_the_audience_are_told_as_one_number_a_second(scene: Scene) -> None:
    bob = Ear("b")
    await scene.enter(bob)
    for _ in range(100):
        scene.road.letter("")
    await scene.settle()
    assert bob.heard == []
    await scene.hub.tick()
    await scene.settle()
    assert [json.loads(text) for text in bob.heard] == [{"type": "audience", "listening": 3}]


async def test_an_audience_is_looked_at_twice_and_told_only_if_it_changed(scene: Scene) -> None:
    bob = Ear("b")
    await scene.enter(bob)
    scene.road.letter("")
    await scene.settle()
    for listening in (3, 4, 5):
        scene.listening = listening
        await scene.hub.tick()
    await scene.settle()
    assert [json.loads(text)["listening"] for text in bob.heard] == [3, 4]
    assert scene.counted == 2


async def test_every_socket_is_pinged_once_in_fifteen_seconds_with_its_rooms_number(scene: Scene) -> None:
    bob, carol = Ear("b"), Ear("c")
    await scene.enter(bob, carol)
    for _ in range(PING_EVERY):
        await scene.hub.tick()
    assert (bob.pings, carol.pings) == ([8], [8])


async def test_what_is_posted_here_stays_here(scene: Scene) -> None:
    bob = Ear("b")
    await scene.enter(bob)
    scene.hub.post("r", {"type": "media.lost"})
    scene.hub.post("elsewhere", {"type": "media.lost"})
    await scene.settle()
    assert bob.heard == ['{"type":"media.lost"}']


async def test_what_is_posted_to_one_is_told_to_nobody_else(scene: Scene) -> None:
    bob, carol = Ear("b"), Ear("c")
    await scene.enter(bob, carol)
    scene.hub.post("r", {"type": "line"}, bob.connection)
    scene.hub.post("r", {"type": "line"}, "somebody elsewhere")
    await scene.settle()
    assert (bob.heard, carol.heard) == (['{"type":"line"}'], [])


def test_a_letter_on_the_wire_is_the_letter() -> None:
    for letter in (Letter("a\nb", "x", 4403), Letter(""), Letter("{}", "", 4410)):
        assert Letter.load(letter.dump()) == letter


async def test_when_the_road_opens_again_every_audience_is_counted_again(scene: Scene) -> None:
    bob = Ear("b")
    await scene.enter(bob)
    scene.hub.look_again()
    await scene.hub.tick()
    await scene.settle()
    assert [json.loads(text) for text in bob.heard] == [{"type": "audience", "listening": 3}]


async def test_the_reactions_of_a_thousand_people_are_one_message_for_each_a_second(scene: Scene) -> None:
    ears = [Ear(str(number)) for number in range(1000)]
    await scene.enter(*ears)
    for _ in ears:
        scene.hub.reactions.react("r", Reaction.CLAP)
    scene.hub.reactions.hear('["elsewhere", {"r": {"clap": 7, "wow": 1}, "q": {"sad": 1}}]')
    await scene.hub.tick()
    await scene.hub.tick()
    await scene.settle(20)
    assert {tuple(ear.heard) for ear in ears} == {('{"type":"reactions","counts":{"clap":1007,"wow":1}}',)}


async def test_the_hub_learns_of_slow_mode_from_what_it_hands_on(scene: Scene) -> None:
    await scene.enter(Ear("b"))
    scene.road.letter('{"type":"room","room":{"slow":30},"seq":4}')
    await scene.settle()
    assert scene.hub.pace.take("r", "bob", 1.0)
    assert not scene.hub.pace.take("r", "bob", 2.0)
