"""Opus packets as samples, in memory."""

from array import array
from collections.abc import Iterable

import av
from av.error import FFmpegError

RATE = 16_000
"""Samples a second: what models of speech are made for."""
LONGEST = 90
"""Seconds; a ring holds sixty, but a packet may claim to last longer than it took to come."""
_SLACK = RATE // 5


def decode(packets: Iterable[tuple[int, bytes]]) -> "array[int]":
    """The samples of these packets (when each came, in ms, and its payload), with silence where none came.

    What is no Opus is left out: a browser can send anything.
    """
    decoder = av.CodecContext.create("libopus", "r")
    resampler = av.AudioResampler("s16", "mono", RATE)
    samples, start = array("h"), None
    for at, payload in packets:
        start = at if start is None else start
        gap = min((at - start) * RATE // 1000, LONGEST * RATE) - len(samples)
        if gap > _SLACK:
            samples.frombytes(bytes(gap * samples.itemsize))
        samples.extend(_decoded(payload, decoder, resampler))
        if len(samples) >= LONGEST * RATE:
            break
    return samples[: LONGEST * RATE]


def _decoded(payload: bytes, decoder: av.AudioCodecContext, resampler: av.AudioResampler) -> "array[int]":
    samples = array("h")
    try:
        for frame in decoder.decode(av.Packet(payload)) if payload else ():
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: part.samples * samples.itemsize])
    except FFmpegError:
        return array("h")
    return samples
