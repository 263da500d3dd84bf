"""A stage with those who speak and listen there, and what each of them was sent."""

from collections.abc import Iterable
from itertools import pairwise

from rooms.sfu.counters import Count
from rooms.sfu.listener import Listener, Shape
from rooms.sfu.red import Copy
from rooms.sfu.rtp import Packet
from rooms.sfu.stage import FRAME, SEQUENCES, TIMESTAMPS, Relay, Stage

ALICE, BOB, CAROL, DAVE, MALLORY = 1, 2, 3, 4, 66
TICK = 0.02
SLOTS = (0xA0, 0xB0, 0xC0)
LINES = (Shape(111, 1),) * 3


class Voice:
    """A speaker whose packets follow each other as a browser's do."""

    def __init__(self, member: int, sequence: int = 100, timestamp: int = 5000, level: int = 20) -> None:
        self.member, self.sequence, self.timestamp, self.level = member, sequence, timestamp, level
        self.ssrc = 1000 + member
        self.stride = 1
        self.frame, self.copies = b"voice", tuple[Copy, ...]()

    def packet(self) -> Packet:
        self.sequence = (self.sequence + self.stride) % SEQUENCES
        self.timestamp = (self.timestamp + FRAME) % TIMESTAMPS
        return Packet(111, False, self.sequence, self.timestamp, self.ssrc, self.level, self.frame, self.copies)


class Room:
    """A stage, its clock, and what each listener got: (slot, sequence, timestamp)."""

    def __init__(self, *speak: int, sequence: int = 0) -> None:
        self.stage = Stage(SLOTS, sequence, 7000)
        self.now = 0.0
        self.heard: dict[Listener, list[Relay]] = {}
        self.numbers: dict[Listener, list[tuple[int, int]]] = {}
        self.allow(*speak)

    def join(self, member: int, lines: tuple[Shape, ...] = LINES) -> Listener:
        listener = Listener(member, lines)
        self.stage.join(listener)
        self.heard[listener], self.numbers[listener] = [], []
        return listener

    def allow(self, *speak: int) -> None:
        self.deliver(self.stage.allow(speak, self.now))

    def deliver(self, relays: Iterable[Relay]) -> None:
        for relay in relays:
            for listener in self.stage.listeners:
                if listener.member != relay.member and relay.slot < len(listener.views):
                    offset = listener.views[relay.slot].offset
                    self.heard[listener].append(relay)
                    self.numbers[listener].append((relay.slot, (relay.packet.sequence + offset) % SEQUENCES))

    def say(self, voice: Voice, packets: int = 1) -> Relay | Count:
        for _ in range(packets):
            self.now += TICK
            last = self.stage.push(voice.member, voice.packet(), self.now)
            self.deliver([last] if isinstance(last, Relay) else [])
        return last

    def sequences(self, listener: Listener, slot: int = 0) -> list[int]:
        return [sequence for number, sequence in self.numbers[listener] if number == slot]


def steps(sequences: list[int]) -> set[int]:
    return {(after - before) % SEQUENCES for before, after in pairwise(sequences)}


def said(room: Room, listener: Listener) -> list[Packet]:
    return [relay.packet for relay in room.heard[listener]]
