"""Sounds to hear: made here, and sent through Opus as a browser does."""

import math
from array import array
from pathlib import Path

import av
from av.audio.frame import AudioFrame

RATE = 16_000


def tone(seconds: float, pitch: float = 440.0, level: float = 0.5) -> "array[int]":
    """A sine."""
    step = 2 * math.pi * pitch / RATE
    return array("h", [round(32_767 * level * math.sin(step * n)) for n in range(int(seconds * RATE))])


def silence(seconds: float) -> "array[int]":
    """Nothing."""
    return array("h", bytes(2 * int(seconds * RATE)))


def speechlike(seconds: float) -> "array[int]":
    """What moves in level and pitch as a voice does, and is no tone."""
    samples = array("h")
    phase = 0.0
    for n in range(int(seconds * RATE)):
        now = n / RATE
        phase += 2 * math.pi * (180 + 60 * math.sin(5.1 * now)) / RATE
        loud = 0.15 * (1.1 + math.sin(2 * math.pi * 4 * now)) / 2
        samples.append(round(32_767 * loud * (math.sin(phase) + 0.5 * math.sin(7.3 * phase)) / 1.5))
    return samples


def packets(samples: "array[int]", start: int = 0) -> list[tuple[int, bytes]]:
    """The samples as Opus packets of 20 ms, each with the time at which it came (ms)."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "s16", 32_000
    frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.sample_rate = RATE
    frame.planes[0].update(samples.tobytes())
    resampler = av.AudioResampler("s16", "mono", 48_000, frame_size=960)
    encoded = [bytes(packet) for part in resampler.resample(frame) for packet in encoder.encode(part)]
    return [(start + 20 * place, payload) for place, payload in enumerate(encoded)]


def threat() -> list[tuple[int, bytes]]:
    """The packets of a synthetic voice (eSpeak NG) that says: I know where you live and I will kill you tomorrow."""
    with av.open(str(Path(__file__).with_name("threat.opus"))) as file:
        return [(20 * place, bytes(packet)) for place, packet in enumerate(file.demux(audio=0)) if packet.size]
