"""Speech as a browser sends it: espeak-ng speaks, PyAV encodes, and each frame has its level and its Opus payload."""

import subprocess
from array import array
from functools import cache
from math import log10, sqrt
from typing import NamedTuple

import av

from rooms.sfu.rtp import CLOCK_RATE, SILENCE
from rooms.sfu.stage import FRAME

BITRATE = 32_000


class Frame(NamedTuple):
    """20 ms of a voice: its level in -dBov, as the header extension tells it, and its payload."""

    level: int
    payload: bytes


@cache
def speech(voice: str, words: str, decibels: float = 0.0) -> tuple[Frame, ...]:
    """The frames of `words`, said by this voice of espeak-ng, louder or softer by `decibels`."""
    return tuple(_encoded(_samples(voice, words), 10 ** (decibels / 20)))


def _samples(voice: str, words: str) -> "array[int]":
    command = ("espeak-ng", "-v", voice, "--stdout", words)
    done = subprocess.run(command, capture_output=True, check=True)
    rate = int.from_bytes(done.stdout[24:28], "little")
    told = array("h", done.stdout[44 : 44 + (len(done.stdout) - 44) // 2 * 2])
    frame = av.AudioFrame("s16", "mono", len(told))
    frame.planes[0].update(told.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate = rate
    resampler = av.AudioResampler("s16", "mono", CLOCK_RATE)
    out = array("h")
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        out.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return out


def _encoded(samples: "array[int]", gain: float) -> list[Frame]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = CLOCK_RATE, "mono", "s16"
    encoder.bit_rate, encoder.options = BITRATE, {"application": "voip", "frame_duration": "20"}
    levels, payloads = [], []
    for start in range(0, len(samples) - FRAME, FRAME):
        part = array("h", (max(-32768, min(32767, round(one * gain))) for one in samples[start : start + FRAME]))
        levels.append(_level(part))
        frame = av.AudioFrame("s16", "mono", FRAME)
        frame.planes[0].update(part.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts = CLOCK_RATE, start
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    payloads += [bytes(packet) for packet in encoder.encode(None)]
    return [Frame(level, payload) for level, payload in zip(levels, payloads, strict=False)]


def _level(samples: "array[int]") -> int:
    """RFC 6464: how far the frame is below overload, 127 for silence."""
    rms = sqrt(sum(one * one for one in samples) / len(samples)) / 32768
    return SILENCE if rms == 0 else min(SILENCE, max(0, round(-20 * log10(rms))))
