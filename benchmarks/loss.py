"""Sound on bad lines: a voice in real Chromium, listeners behind lines that lose packets, judged against what was sent.

PESQ (ITU-T P.862.2, wide band, 1 to 4.64) compares each round of the file, as it was heard, with the file. It wants
`pip install pesq`, which no other part of Stoa needs, and Debian's espeak-ng, which speaks.
"""

import asyncio
import base64
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any

import av
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.browser import BINARY
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product
from tests.netem import Proxy, Weather

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3)
GOALS = {0.1: 0.3, 0.2: 0.6}
"""What a voice with copies may lose of its PESQ where this share of the packets is lost."""
ROUGH = {
    "10% loss in bursts of 4": Weather(loss=0.1, burst=4),
    "60 ms of jitter, packets that overtake each other and 2% that come twice": Weather(
        delay=0.02, jitter=0.06, twice=0.02, overtakes=True
    ),
}
"""Lines that are bad in other ways, by name."""
ROUNDS = 6
RATE = 16_000
TEXT = (
    "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. "
    "These days a chicken leg is a rare dish."
)
_SCRIPT = Path(__file__).with_name("loss.js")
_SOUND = json.dumps(json.dumps({"noise": False, "echo": False, "gain": False}))
_SETTLE = 3
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
Sound = Any
"""A numpy array of 16-bit samples at `RATE`."""


async def measure(product: Product) -> AsyncIterator[Figure]:
    """PESQ by the share of packets that the listener's line loses, with copies (RED) and without; the host speaks."""
    with tempfile.TemporaryDirectory(prefix="stoa-loss-") as folder:
        file = _say(Path(folder) / "voice.wav")
        voice = _read(str(file))
        async with async_playwright() as driver:
            arguments = [*_ARGUMENTS, f"--use-file-for-fake-audio-capture={file}"]
            browser = await driver.chromium.launch(executable_path=BINARY, args=arguments)
            await _speak(browser, product)
            whole = None
            for share in SHARES:
                plain, copied = [
                    _judge(voice, heard) for heard in await _listen(browser, product, Weather(loss=share), len(voice))
                ]
                whole = whole or copied
                yield Figure(f"PESQ at {share:.0%} loss, without RED", plain, "")
                yield Figure(f"PESQ at {share:.0%} loss, with RED", copied, "")
                if share in GOALS:
                    yield Figure(f"PESQ that {share:.0%} loss costs, with RED", whole - copied, "", GOALS[share])
            for name, weather in ROUGH.items():
                _, copied = await _listen(browser, product, weather, len(voice))
                yield Figure(f"PESQ at {name}, with RED", _judge(voice, copied), "")
            await browser.close()


def _say(path: Path) -> Path:
    """A WAV file of three sentences, at `path`."""
    espeak = shutil.which("espeak-ng") or sys.exit("The voice is missing: apt-get install espeak-ng")
    subprocess.run([espeak, "-v", "en-us", "-s", "150", "-w", str(path), TEXT], check=True)
    return path


async def _speak(browser: Browser, product: Product) -> None:
    """Nothing: the host is on stage and heard."""
    page = await _page(browser, product, HOST)
    sheet = page.get_by_role("dialog")
    await page.get_by_role("button", name="Turn mic on").click()
    await sheet.get_by_role("button", name="Use my microphone").click()
    await sheet.get_by_role("button", name="Unmute").click()
    await page.get_by_role("button", name="You are heard").wait_for()


async def _page(browser: Browser, product: Product, person: int, **settings: Any) -> Page:
    """The room's page of this person, connected; `settings` are for the script in it."""
    context = await browser.new_context(locale="en", base_url=product.url)
    name, _, value = product.sessions[person].partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": product.url}])
    await context.grant_permissions(["microphone"])
    page = await context.new_page()
    await page.add_init_script(f"localStorage.setItem('stoa.sound', {_SOUND})")
    await page.add_init_script(f"Object.assign(window, {json.dumps(settings)})")
    await page.add_init_script(path=_SCRIPT)
    await page.goto(f"/r/{product.room}")
    await page.locator("#join").click()
    await page.wait_for_function("() => recorder.connected")
    return page


async def _listen(browser: Browser, product: Product, weather: Weather, length: int) -> list[Sound]:
    """What one listener without copies and one with them heard of `ROUNDS` rounds of `length` samples."""
    lines = [Proxy(("127.0.0.1", product.udp), f"{weather.loss}", weather) for _ in range(2)]
    with lines[0] as plain, lines[1] as copied:
        pages = [
            await _page(browser, product, HOST + 1, detour=[product.udp, plain.port], plain=True),
            await _page(browser, product, HOST + 2, detour=[product.udp, copied.port]),
        ]
        await asyncio.sleep(_SETTLE)
        for page in pages:
            await page.evaluate("recorder.start()")
        await asyncio.sleep((ROUNDS + 1) * length / RATE)
        heard = [_resampled(base64.b64decode(await page.evaluate("recorder.stop()"))) for page in pages]
        for page in pages:
            await page.context.close()
    return heard


def _judge(voice: Sound, heard: Sound) -> float:
    """The mean PESQ of all rounds of `voice` in what was `heard`."""
    numpy, pesq = import_module("numpy"), _pesq()
    start = _found(voice, heard[: 2 * len(voice)])
    rounds = [heard[at : at + len(voice)] for at in range(start, len(heard) - len(voice), len(voice))]
    score: float = mean(pesq(RATE, voice, numpy.ascontiguousarray(one), "wb") for one in rounds)
    return score


def _found(voice: Sound, heard: Sound) -> int:
    """The sample at which `voice` begins in `heard`: where the two are most alike."""
    fft = import_module("numpy").fft
    size = len(voice) + len(heard)
    alike = fft.irfft(fft.rfft(heard, size) * fft.rfft(voice, size).conj())
    return int(alike[: len(heard) - len(voice)].argmax())


def _pesq() -> Any:
    try:
        return import_module("pesq").pesq
    except ImportError:
        sys.exit("The judge is missing: .venv/bin/pip install numpy cython pesq --no-build-isolation")


def _read(path: str) -> Sound:
    """The samples of the file at `path`."""
    with av.open(path) as container:
        return _joined(container.decode(audio=0))


def _resampled(data: bytes) -> Sound:
    """The samples of `data`, which has them at 48,000 Hz."""
    numpy = import_module("numpy")
    frame = av.AudioFrame.from_ndarray(numpy.frombuffer(data, "<i2").reshape(1, -1), "s16", "mono")
    frame.sample_rate = 48_000
    return _joined([frame])


def _joined(frames: Any) -> Sound:
    numpy, resampler = import_module("numpy"), av.AudioResampler("s16", "mono", RATE)
    parts = [part for frame in [*frames, None] for part in resampler.resample(frame)]
    return numpy.concatenate([part.to_ndarray()[0] for part in parts])
