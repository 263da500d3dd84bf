"""Contract of `rooms.sfu.levels` and `stage` on speech: nobody's first syllable is cut, and slots do not flap.

The voices are espeak-ng's, encoded by libopus; their levels are those of the sound.
"""

import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

import pytest

from rooms.sfu.levels import AUDIBLE
from rooms.sfu.rtp import SILENCE, Packet
from rooms.sfu.stage import FRAME, SEQUENCES, Relay, Stage
from tests.rooms.sfu.voices import Frame, speech

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="Debian's espeak-ng speaks here")

ALICE, BOB, CAROL, DAVE, ERIN = range(1, 6)
TICK = 0.02
SOON = 3
"""Ticks, 60 ms, after which a voice must be heard."""
HISS = b"\xf8\xff\xfe" * 8
QUIET = Frame(SILENCE, b"\xf8")
WORDS: Mapping[int, tuple[str, str]] = {
    ALICE: ("en-us", "Good evening everybody, and welcome to the slow Sunday. Who would like to begin?"),
    BOB: ("en-gb+f3", "Please, let me say something about the trains, before we talk of anything else."),
    CAROL: ("de+m4", "Pardon, darf ich kurz unterbrechen? Das stimmt so nicht ganz, fürchte ich."),
    DAVE: ("fr+f2", "Bonsoir, je voudrais ajouter quelque chose, si personne ne s'y oppose."),
    ERIN: ("es+m2", "Perdón, yo también tengo una pregunta para todos los que estamos aquí."),
}


def says(member: int, decibels: float = 0.0) -> tuple[Frame, ...]:
    return speech(*WORDS[member], decibels)


class Talk:
    """A room in which several say something, each from a moment on; the others' microphones are open all the time."""

    def __init__(self, noise: Iterable[int] = ()) -> None:
        self.said: dict[int, dict[int, Frame]] = defaultdict(dict)
        self.starts: list[tuple[int, int]] = []
        self.noise = {member: random.Random(member) for member in noise}
        self.heard: dict[int, dict[int, int]] = defaultdict(dict)

    def add(self, member: int, at: float, frames: tuple[Frame, ...]) -> None:
        first = round(at / TICK)
        self.said[member].update((first + number, frame) for number, frame in enumerate(frames))
        loud = next(number for number, frame in enumerate(frames) if frame.level <= AUDIBLE)
        self.starts.append((member, first + loud))

    def run(self) -> "Talk":
        members = sorted(self.said | self.noise)
        stage = Stage((10, 20, 30), 0, 0)
        stage.allow(members, 0.0)
        for tick in range(max(max(frames) for frames in self.said.values()) + 50):
            for member in members:
                level, payload = self.frame(member, tick)
                packet = Packet(111, False, tick % SEQUENCES, tick * FRAME, member, level, payload)
                relay = stage.push(member, packet, tick * TICK)
                if isinstance(relay, Relay):
                    self.heard[member][tick] = relay.slot
        return self

    def frame(self, member: int, tick: int) -> Frame:
        idle = Frame(self.noise[member].randint(52, 62), HISS) if member in self.noise else QUIET
        return self.said[member].get(tick, idle)

    def delays(self) -> list[int]:
        """Ticks from each first audible frame until its speaker is heard, and stays so for his next five frames."""
        return [
            next(tick for tick in range(start, start + 500) if self.heard[member].keys() >= set(range(tick, tick + 5)))
            - start
            for member, start in self.starts
            if self.heard[member]
        ]

    def moves(self, member: int) -> int:
        """How often he changed slots, or lost one and got it back, while he spoke."""
        slots = [self.heard[member].get(tick) for tick in sorted(self.said[member])]
        return sum(before != after for before, after in pairwise(slots))


def test_three_who_overlap_are_all_heard_from_their_first_sound_and_keep_their_slots() -> None:
    talk = Talk()
    for number, member in enumerate((ALICE, BOB, CAROL)):
        talk.add(member, 1.0 + 0.9 * number, says(member))
    talk.run()
    assert max(talk.delays()) == 0
    assert [talk.moves(member) for member in (ALICE, BOB, CAROL)] == [0, 0, 0]
    assert len({talk.heard[member][talk.starts[number][1]] for number, member in enumerate((ALICE, BOB, CAROL))}) == 3


def test_after_a_pause_each_is_heard_at_once_again() -> None:
    talk = Talk()
    for turn in range(3):
        for number, member in enumerate((ALICE, BOB, CAROL)):
            talk.add(member, 1.0 + 10 * turn + 2.5 * number, says(member))
    assert max(talk.run().delays()) == 0


def test_a_voice_is_heard_at_once_where_noise_held_every_slot() -> None:
    talk = Talk(noise=(BOB, DAVE, ERIN))
    talk.add(ALICE, 2.0, says(ALICE))
    talk.add(CAROL, 3.0, says(CAROL))
    talk.run()
    assert max(talk.delays()) <= SOON
    assert [talk.moves(member) for member in (ALICE, CAROL)] == [1, 1]  # into a slot, and never out of it


def test_the_soft_do_not_push_out_the_loud() -> None:
    talk = Talk()
    for number, member in enumerate((ALICE, BOB, CAROL)):
        talk.add(member, 1.0 + 0.3 * number, says(member))
    for number, member in enumerate((DAVE, ERIN)):
        talk.add(member, 2.2 + 0.4 * number, says(member, -20))
    talk.run()
    assert talk.delays() == [0, 0, 0]
    assert [talk.moves(member) for member in (ALICE, BOB, CAROL)] == [0, 0, 0]
    assert not talk.heard[DAVE] | talk.heard[ERIN]


def test_where_five_are_equally_loud_those_who_came_first_keep_their_slots() -> None:
    talk = Talk()
    for number, member in enumerate(WORDS):
        talk.add(member, 1.0 + 0.2 * number, says(member))
    talk.run()
    assert [talk.moves(member) for member in WORDS] == [0] * 5
    assert [bool(talk.heard[member]) for member in (ALICE, BOB, CAROL)] == [True] * 3
