"""Contract of `rooms.sfu.accelerator` beyond what `test_fanout` asks of both: bounds, memory, one long talk."""

import gc
import random
import socket
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from ctypes import CDLL, Structure, byref, c_size_t, sizeof
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from rooms.sfu import accelerator, build
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import Hearing
from rooms.sfu.gcm import Sealing
from rooms.sfu.listener import View
from rooms.sfu.messages import Wanted
from rooms.sfu.ports import Port
from rooms.sfu.red import Copy
from rooms.sfu.room import Room
from rooms.sfu.rtp import MAX_PAYLOAD, Packet
from rooms.sfu.stage import MAX_LATE, Relay
from tests.rooms.sfu.ears import Ear, Pipe, packets, port

ALICE, BOB, CAROL = 1, 2, 3
PLAIN = View(0, 111, 1)
Make = Callable[[], Hearing]


def voice(sequence: int = 1000, size: int = 5, slot: int = 1) -> Relay:
    return Relay(slot, ALICE, Packet(111, False, sequence, 960, 7, 20, b"v" * size), ALICE)


def tally() -> Counters:
    return Counter()


def test_python_and_c_declare_the_same_memory(compiled: Path) -> None:
    sizes = (c_size_t * 4).in_dll(accelerator.load(compiled), "stoa_sizes")
    kinds = (accelerator.Target, accelerator._Packet, accelerator._Tally, Sealing)
    assert list(sizes) == [sizeof(kind) for kind in kinds]


def test_each_field_lies_where_c_has_it_and_c_remembers_as_many_numbers_as_a_packet_may_be_late(tmp_path: Path) -> None:
    kinds = {"packet": accelerator._Packet, "tally": accelerator._Tally, "sealing": Sealing}
    kinds |= {"target": accelerator.Target, "view": accelerator._View, "numbers": accelerator._Numbers}
    fields = [(kind, name) for kind, told in kinds.items() for name, *_ in told._fields_]
    here = [
        number for kind, name in fields for number in (place(kinds[kind], name).offset, place(kinds[kind], name).size)
    ]
    there = ", ".join(f"offsetof(struct {kind}, {name}), sizeof ((struct {kind} *)0)->{name}" for kind, name in fields)
    (tmp_path / "places.c").write_text(
        f'#include "{build.SOURCES[0]}"\nEXPORT const size_t places[] = {{{there}}}, window = WINDOW;\n',
        encoding="utf-8",
    )
    build.build(tmp_path / "places.so", source=tmp_path / "places.c")
    code = CDLL(str(tmp_path / "places.so"))
    assert list((c_size_t * len(here)).in_dll(code, "places")) == here
    assert c_size_t.in_dll(code, "window").value == MAX_LATE + 1


def place(kind: type[Structure], name: str) -> Any:
    """`offset` and `size` of the field."""
    return getattr(kind, name)


def with_copies(*sizes: int) -> Relay:
    relay = voice()
    return replace(relay, packet=replace(relay.packet, copies=tuple(Copy(960, bytes(size)) for size in sizes)))


@pytest.mark.parametrize(
    "relay", [voice(size=MAX_PAYLOAD + 1), voice(size=100_000), voice(slot=3), with_copies(1000, 1000)]
)
def test_a_packet_out_of_bounds_is_refused_and_nobody_is_sent_anything(accelerated: Make, relay: Relay) -> None:
    ear, crowd, counters = Ear(BOB, port(), (PLAIN,) * 3), accelerated(), tally()
    crowd.add(ear.connection)
    with pytest.raises(ValueError, match="out of bounds"):
        crowd.send(relay, counters)
    assert (ear.heard, counters) == ([], {})
    crowd.send(voice(), counters)
    assert len(ear.heard) == 1


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({}, 0),
        ({"slot": 3}, -1),
        ({"head": 11}, -1),
        ({"head": 17}, -1),
        ({"size": 15}, -1),
        ({"size": 16 + MAX_PAYLOAD + 1}, -1),
        ({"copies": 3}, -1),
        ({"red_sizes": (4, 9)}, -1),
        ({"red_sizes": (5, 8)}, -1),
        ({"red_sizes": (5, MAX_PAYLOAD + 1)}, -1),
    ],
)
def test_c_minds_its_bounds_whatever_python_tells(compiled: Path, wrong: dict[str, Any], refused: int) -> None:
    right = {"data": bytes(20), "size": 20, "head": 16, "level": -1, "slot": 2, "copies": 2, "red_sizes": (5, 9)}
    packet = accelerator._Packet(**(right | wrong))
    told = byref(accelerator.SEALING), None, 0, byref(packet), byref(accelerator._Tally())
    assert accelerator.load(compiled).stoa_fan_out(*told) == refused


def test_a_connection_without_an_address_costs_its_own_packet_alone(accelerated: Make) -> None:
    ears, crowd, counters = [Ear(member, port(), (PLAIN,) * 3) for member in (BOB, CAROL)], accelerated(), tally()
    ears[0].connection.port = None
    for ear in ears:
        crowd.add(ear.connection)
    crowd.send(voice(), counters)
    assert packets(counters) == {Count.SENT: 1, Count.SEND_FAILED: 1}


def test_who_is_in_a_stream_is_sent_to_by_python_and_the_others_by_c(accelerated: Make) -> None:
    via, pipe, counters = port(), Pipe(), tally()
    ears, crowd = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(40)], accelerated()
    for ear in ears:
        crowd.add(ear.connection)
    ears[20].connection.checked(pipe, ("127.0.0.1", 1), nominated=True, now=0.0)
    crowd.send(voice(1000), counters)
    assert [len(ear.heard) for ear in ears] == [1] * 20 + [0] + [1] * 19
    assert len(pipe.sent) == 1
    ears[20].connection.checked(via, ears[20].socket.getsockname(), nominated=True, now=0.0)
    crowd.send(voice(1001), counters)
    assert [len(ear.heard) for ear in ears] == [1] * 40
    assert (len(pipe.sent), packets(counters)) == (1, {Count.SENT: 80})
    pipe.socket.close()


def test_a_session_lives_as_long_as_its_listener_is_in_the_crowd_and_no_longer(
    accelerated: Make, no_collector: None
) -> None:
    ear, crowd = Ear(BOB, port(), (PLAIN,) * 3), accelerated()
    crowd.add(ear.connection)
    session = weakref.ref(cast("Any", ear.connection.peer).session._srtp)
    ear.connection.peer = cast("Any", None)  # closed, before anybody told the room
    crowd.send(voice(), Counter())
    assert len(ear.heard) == 1
    connection = ear.connection
    ear.connection = cast("Any", None)
    assert session() is not None
    connection.forget()
    crowd.remove(connection)
    del connection
    assert session() is None


def test_other_threads_that_collect_garbage_and_peers_that_come_and_go_disturb_nothing(accelerated: Make) -> None:
    via, crowd, counters, over = port(), accelerated(), tally(), threading.Event()

    def litter() -> None:
        while not over.is_set():
            cycle: list[object] = [bytearray(500)]
            cycle.append(cycle)
            gc.collect(0)

    thread = threading.Thread(target=litter)
    thread.start()
    ears = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(200)]
    for sequence, ear in enumerate(ears):
        crowd.add(ear.connection)
        if sequence % 3 == 2:
            crowd.remove(ears[sequence - 1].connection)
            ears[sequence - 1].connection = cast("Any", None)
        crowd.send(voice(sequence), counters)
    over.set()
    thread.join()
    assert packets(counters) == {Count.SENT: sum(len(ear.heard) for ear in ears)}


class House:
    """A room and its ears, moved by the same dice as another."""

    def __init__(self, hearing: Make) -> None:
        self.dice = random.Random(7)
        self.counters: Counters = Counter()
        wanted = Wanted("r", 1, True, tuple(range(1, 7)), ())
        self.room = Room(wanted, (10, 20, 30), 65_000, 0, self.counters, hearing)
        self.room.want(wanted, 0.0)
        self.ports: list[Port] = [port(), port(socket.AF_INET6)]
        self.ears: list[Ear] = []
        self.now = 0.0
        self.sequences = dict.fromkeys(range(1, 7), 65_400)

    def play(self, steps: int) -> list[list[bytes]]:
        """What every ear that ever was in the room has heard, in the order they came."""
        for _ in range(steps):
            self.dice.choices((self.say, self.come, self.go, self.move), (50, 5, 2, 3))[0]()
        return [ear.heard for ear in self.ears]

    def say(self) -> None:
        member = self.dice.randrange(1, 7)
        for _ in range(self.dice.randrange(1, 30)):
            self.now += 0.02
            self.sequences[member] = sequence = (self.sequences[member] + 1) % 65_536
            packet = Packet(111, False, sequence, sequence * 960, member, self.dice.randrange(127), b"voice")
            self.room.push(member, packet, self.now, 1e9 + self.now)

    def come(self) -> None:
        ear = Ear(self.dice.randrange(1, 12), self.dice.choice(self.ports))
        ear.connection.room = self.room
        self.room.add(ear.connection)
        self.room.connect(ear.connection)
        self.ears.append(ear)

    def go(self) -> None:
        if inside := list(self.room):
            self.room.remove(self.dice.choice(inside), self.now)

    def move(self) -> None:
        if inside := [ear for ear in self.ears if ear.connection in list(self.room)]:
            ear = self.dice.choice(inside)
            ear.connection.checked(
                ear.connection.port or self.ports[0], ear.socket.getsockname(), nominated=True, now=self.now
            )


def test_a_long_talk_is_the_same_to_the_last_byte(accelerated: Make) -> None:
    plain, fast = House(Hearing), House(accelerated)
    assert fast.play(400) == plain.play(400)
    assert +fast.counters == +plain.counters
    assert fast.counters[Count.SENT] > 1000
    assert fast.counters[Count.SEAL_FAILED] == 0


def test_without_compiled_code_the_plain_loop_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "fanout.so"
    monkeypatch.setattr(accelerator, "library", lambda: broken)
    assert accelerator.hearing()().fan_out == "plain"
    broken.write_bytes(b"for another machine")
    assert accelerator.hearing()().fan_out == "plain"


def test_compiled_code_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch, compiled: Path) -> None:
    monkeypatch.setattr(accelerator, "library", lambda: compiled)
    assert accelerator.hearing()().fan_out == "accelerated"
