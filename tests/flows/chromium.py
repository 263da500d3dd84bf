"""Chromium driven by Playwright, with a microphone that hums and pages that tell what they hear."""

import math
import struct
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Position, Request

from tests.flows.stack import Stoa, until

BINARY = "/usr/bin/chromium"
EARS = Path(__file__).with_name("ears.js")
HUM = 440
"""Hz of the fake microphone."""
AUDIBLE, SILENT = -45.0, -60.0
"""dBFS: Chromium's noise suppression lets about -28 of a steady tone through; silence is -120."""
TOLERANCE = 10
"""Hz between a tone and what a page may make of it."""
FINGER = 44
"""CSS pixels that a finger needs (WCAG 2.2, 2.5.5)."""
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--autoplay-policy=document-user-activation-required",
    "--allow-loopback-in-peer-connection",
)


def hum(path: Path, *frequencies: int) -> Path:
    """A WAV file of two seconds of a sine that loops without a click; with two frequencies, left and right."""
    tones = frequencies or (HUM,)
    samples = (round(16000 * math.sin(2 * math.pi * tone * i / 48000)) for i in range(96000) for tone in tones)
    with wave.open(str(path), "wb") as file:
        file.setparams((len(tones), 2, 48000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def launch(playwright: Playwright, microphone: Path | None) -> Browser:
    """A Chromium whose microphone plays the file, or one on a machine without a microphone."""
    assert Path(BINARY).exists(), "Chromium is not installed: apt-get install chromium"
    fake = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}")
    return playwright.chromium.launch(executable_path=BINARY, args=[*ARGUMENTS, *(fake if microphone else ())])


def tap(target: Locator, at: Position | None = None) -> None:
    """Nothing: a finger's tap on something that is large enough for one; in the middle, or there."""
    assert_large(target)
    target.tap(position=at)


def assert_large(target: Locator) -> None:
    """Nothing, if it is large enough for a finger, be it somewhat smaller while one is on it."""
    target.wait_for()
    size = target.evaluate("(one) => [one.offsetWidth, one.offsetHeight]")
    assert min(size) >= FINGER, f"{target}: {size}"


@dataclass
class Visitor:
    """One person at a browser: a page, what it hears, and whatever it complained about."""

    page: Page
    stoa: Stoa
    name: str
    complaints: list[str] = field(default_factory=list)
    touch: bool = False

    def press(self, target: Locator, at: Position | None = None) -> None:
        """Nothing: a click, or a finger's tap where the browser is a phone's; in the middle, or there."""
        tap(target, at) if self.touch else target.click(position=at)

    def choose(self, choices: Locator, value: str | None) -> None:
        """Nothing: this was chosen from a list; what it opens is the system's own, and out of reach."""
        if self.touch:
            assert_large(choices)
        choices.select_option(value)

    def hears(self, frequency: float, seconds: float = 10) -> None:
        """Nothing, as soon as a tone of `frequency` Hz is heard."""
        until(f"{self.name} hears {frequency} Hz", lambda: self._hears(frequency), seconds)

    def silence_falls(self, seconds: float = 10) -> None:
        """Nothing, as soon as nothing is heard."""
        until(f"{self.name} hears nothing", lambda: all(sound["level"] < SILENT for sound in self.hear()), seconds)

    def hears_nothing(self, milliseconds: int = 1000) -> None:
        """Nothing, if for the next while not a packet comes and not a sound is heard."""
        while_listening = self.page.evaluate("time => ears.attend(time)", milliseconds)
        assert while_listening["loudest"] < SILENT, f"{self.name} hears something: {while_listening}"
        assert while_listening["received"] == 0, f"{self.name} is sent something: {while_listening}"

    def hear(self) -> Any:
        """Level (dBFS) and frequency (Hz) of each incoming track now."""
        return self.page.evaluate("ears.hear()")

    def packets(self) -> Any:
        """How many `connections` are up, and the packets `received` and `sent` by them so far."""
        return self.page.evaluate("ears.counted()")

    def forgive(self, words: str) -> None:
        """Nothing: complaints that contain `words` were to be expected."""
        self.complaints[:] = [complaint for complaint in self.complaints if words not in complaint]

    def mind_complaints(self) -> None:
        """Nothing: from now on errors, refusals of the content policy and requests to third parties are kept."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._asked)

    def _hears(self, frequency: float) -> bool:
        return any(
            sound["level"] > AUDIBLE and abs(sound["frequency"] - frequency) < TOLERANCE for sound in self.hear()
        )

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.stoa.url, self.stoa.outside, "data:", "blob:")):
            self.complaints.append(f"third party: {request.url}")


def visit(
    browser: Browser, stoa: Stoa, name: str = "", permissions: Sequence[str] = ("microphone",), **options: Any
) -> Visitor:
    """A person with a fresh browser profile, signed in unless the name is ''; `options` are Playwright's own."""
    options = {"viewport": DESKTOP, "locale": "en", "base_url": stoa.url, **options}
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    context.add_init_script(path=EARS)
    context.grant_permissions(list(permissions))
    if name:
        key = stoa.sign_in(name)[name]
        context.add_cookies([{"name": "sessionid", "value": key, "url": options["base_url"], "httpOnly": True}])
    visitor = Visitor(
        context.new_page(), stoa, name.capitalize() or "a stranger", touch=options.get("has_touch", False)
    )
    visitor.mind_complaints()
    return visitor
