"""An encoder without a browser: FFmpeg's own WHIP client, the one inside PyAV, plays a tone in real time.

It is given a certificate: the one it would make itself has a key on secp224r1, which OpenSSL 4 refuses.
"""

import math
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from aiortc.rtcdtlstransport import RTCCertificate
from av.audio.frame import AudioFrame
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

HUM = 660
"""Hz."""
RATE, FRAME = 48000, 960
"""Opus over RTP knows one clock; 20 ms a frame (RFC 7587)."""


@contextmanager
def publishing(url: str, token: str, frequency: int = HUM) -> Iterator[None]:
    """A tone is published by WHIP (RFC 9725) during the block, and the session is deleted at its end."""
    over, trouble = threading.Event(), []

    def publish() -> None:
        try:
            with TemporaryDirectory() as folder:
                _publish(url, {"authorization": token, **_certificate(Path(folder))}, frequency, over)
        except Exception as error:  # noqa: BLE001  # raised again in the test's own thread
            trouble.append(error)

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)
    if trouble:
        raise trouble[0]


def _publish(url: str, options: dict[str, str], frequency: int, over: threading.Event) -> None:
    with av.open(url, "w", format="whip", options=options) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        start = time.monotonic()
        for number in range(10**6):
            if over.is_set():
                break
            container.mux(stream.encode(_frame(number, frequency)))
            time.sleep(max(0.0, start + number * FRAME / RATE - time.monotonic()))  # in real time


def _certificate(folder: Path) -> dict[str, str]:
    """FFmpeg's options that name a fresh certificate with a key on P-256, and the key."""
    made = RTCCertificate.generateCertificate()
    key = made._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = {"cert_file": made._cert.public_bytes(Encoding.PEM), "key_file": key}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: str(folder / name) for name in files}


def _frame(number: int, frequency: int) -> AudioFrame:
    tone = array("h")
    for index in range(number * FRAME, (number + 1) * FRAME):
        sample = round(12000 * math.sin(2 * math.pi * frequency * index / RATE))
        tone.extend((sample, sample))
    frame = AudioFrame(format="s16", layout="stereo", samples=FRAME)
    frame.planes[0].update(tone.tobytes())
    frame.sample_rate, frame.pts = RATE, number * FRAME
    return frame
