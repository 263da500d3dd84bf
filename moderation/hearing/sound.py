"""What sounds wrong whatever is said: dead air, clipping, loud bursts, tones. PURE, and cheap: no model is asked."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from operator import lt, mul
from types import MappingProxyType
from typing import NamedTuple

NAME, VERSION = "sound", "1"
FRAME = 320
"""Samples: 20 ms at 16 kHz."""

_SECOND = 50  # frames
_RAIL, _AT_RAIL = 32_700, 3  # a sample this large was cut off; so many of them in a frame are heard
_SILENT, _AUDIBLE, _LOUD = -60.0, -40.0, -12.0  # dB below full scale
_JUMP, _BEFORE = 25.0, 10  # dB above the mean of so many frames before
_PAUSE = _SECOND * FRAME
_STEADY, _SAME_PITCH = 1.5, 1  # dB; zero crossings in a frame


class Frame(NamedTuple):
    """20 ms: how loud (dB, 0 is full scale), how often it crosses zero, and whether it was cut off."""

    level: float
    crossings: int
    clipped: bool


@dataclass(frozen=True, slots=True)
class Sound:
    """Shares of the time that are silent and clipped, how many loud bursts, the seconds of the longest tone."""

    silent: float
    clipped: float
    bursts: int
    tone: float

    @property
    def flags(self) -> tuple[str, ...]:
        """What is out of the ordinary."""
        found = {
            "dead_air": self.silent >= 0.9,
            "clipping": self.clipped >= 0.05,
            "bursts": self.bursts >= 2,
            "tone": self.tone >= 2.0,
        }
        return tuple(name for name, there in found.items() if there)

    @property
    def score(self) -> float:
        """How much somebody should listen to it, from 0 to 1."""
        return max((WEIGHTS[flag] for flag in self.flags), default=0.0)

    @property
    def facts(self) -> dict[str, object]:
        """What a hint says."""
        return {"flags": list(self.flags), **asdict(self)}


WEIGHTS: Mapping[str, float] = MappingProxyType({"dead_air": 0.2, "clipping": 0.4, "tone": 0.6, "bursts": 0.7})


def listen(samples: "array[int]") -> Sound:
    """What these samples (16 kHz) sound like."""
    frames = _frames(samples)
    if not frames:
        return Sound(1.0, 0.0, 0, 0.0)
    return Sound(
        silent=round(sum(frame.level <= _SILENT for frame in frames) / len(frames), 3),
        clipped=round(sum(frame.clipped for frame in frames) / len(frames), 3),
        bursts=_bursts([frame.level for frame in frames]),
        tone=_longest_tone(frames) / _SECOND,
    )


def stretches(samples: "array[int]") -> list[tuple[int, int]]:
    """From where to where there is anything to hear; what a pause of less than a second parts is one stretch."""
    found: list[tuple[int, int]] = []
    for place, frame in enumerate(_frames(samples)):
        if frame.level <= _SILENT:
            continue
        start, end = place * FRAME, (place + 1) * FRAME
        if found and start - found[-1][1] < _PAUSE:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _frames(samples: "array[int]") -> list[Frame]:
    return [_frame(samples[place : place + FRAME]) for place in range(0, len(samples) - FRAME + 1, FRAME)]


def _frame(samples: "array[int]") -> Frame:
    energy = sum(map(mul, samples, samples)) / len(samples)
    crossings = sum(map(lt, map(mul, samples, samples[1:]), repeat(0)))
    peak = max(max(samples), -min(samples))
    clipped = peak >= _RAIL and sum(abs(sample) >= _RAIL for sample in samples) >= _AT_RAIL
    return Frame(_level(energy), crossings, clipped)


def _level(energy: float) -> float:
    return 10 * math.log10(energy / 32_768**2) if energy else -100.0


def _bursts(levels: Sequence[float]) -> int:
    """How often it was suddenly loud."""
    found, place = 0, _BEFORE
    while place < len(levels):
        before = sum(levels[place - _BEFORE : place]) / _BEFORE
        burst = levels[place] >= _LOUD and levels[place] - before >= _JUMP
        found += burst
        place += _BEFORE if burst else 1
    return found


def _longest_tone(frames: Sequence[Frame]) -> int:
    """The frames of the longest stretch in which neither level nor pitch moved; nobody speaks like that."""
    longest, start = 0, 0
    for place, frame in enumerate(frames):
        if not _goes_on(frames[start], frame):
            start = place
        if frame.level > _AUDIBLE:
            longest = max(longest, place - start + 1)
    return longest


def _goes_on(first: Frame, frame: Frame) -> bool:
    same_pitch = abs(first.crossings - frame.crossings) <= _SAME_PITCH
    return same_pitch and abs(first.level - frame.level) <= _STEADY
