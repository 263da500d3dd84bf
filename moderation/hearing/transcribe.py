"""What was said, as a model hears it: PocketSphinx, which comes with its small English model, or faster-whisper."""

import io
import wave
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from pocketsphinx import Decoder

from moderation.hearing.opus import RATE
from moderation.hearing.sound import stretches
from moderation.hearing.transcript import Transcript, Word

WHISPER = "faster_whisper"


class Transcriber(Protocol):
    """A model that writes down speech."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def version(self) -> str:
        """Which one of that name."""

    def knows(self, language: str) -> bool:
        """Whether it can be asked about a room in this language; empty where nobody said."""

    def transcribe(self, samples: "array[int]") -> Transcript:
        """What it hears in samples at 16 kHz."""


class Sphinx:
    """PocketSphinx with the English model in its wheel: 140 MB of memory, a third of a second of CPU per second."""

    name = "pocketsphinx"

    @property
    def version(self) -> str:
        """That of the package: the model is in it."""
        return version("pocketsphinx")

    def knows(self, language: str) -> bool:
        """English alone."""
        return language.partition("-")[0] in ("", "en")

    def transcribe(self, samples: "array[int]") -> Transcript:
        """What it hears. The model is loaded anew, and leaves the worker's memory with the decoder."""
        decoder = Decoder(samprate=RATE, loglevel="FATAL")
        words: list[Word] = []
        for start, end in stretches(samples):  # in silence it hears a dog
            decoder.start_utt()
            decoder.process_raw(samples[start:end].tobytes(), no_search=False, full_utt=True)
            decoder.end_utt()
            words += _spoken(decoder, start * 1000 // RATE)
        return Transcript("en", tuple(words))


def _spoken(decoder: Decoder, start: int) -> Iterator[Word]:
    """The words without silences and noises; a frame is 10 ms, and `(2)` says which way a word was pronounced."""
    for part in decoder.seg() if decoder.hyp() else ():
        if part.word[0] not in "<[+":
            text, begin = part.word.partition("(")[0], start + part.start_frame * 10
            yield Word(begin, start + part.end_frame * 10 + 10, text, min(1.0, part.prob))


@dataclass(frozen=True, slots=True)
class Whisper:
    """faster-whisper with the model in this folder, which the operator has put there."""

    model: Path
    name = "faster-whisper"

    @property
    def version(self) -> str:
        """That of the package, and the folder's name."""
        return f"{version('faster-whisper')} {self.model.name}"[:40]

    def knows(self, language: str) -> bool:  # noqa: ARG002  # it finds out by itself
        """Every language."""
        return True

    def transcribe(self, samples: "array[int]") -> Transcript:
        """What it hears. The model is loaded anew, and leaves the worker's memory afterwards."""
        from faster_whisper import WhisperModel

        model = WhisperModel(str(self.model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
        segments, about = model.transcribe(_wav(samples), word_timestamps=True)
        return Transcript(about.language, tuple(_heard(segments)))


def _heard(segments: Iterable[Any]) -> Iterator[Word]:
    for segment in segments:
        for word in segment.words or ():
            yield Word(round(word.start * 1000), round(word.end * 1000), word.word.strip(), word.probability)


def _wav(samples: "array[int]") -> io.BytesIO:
    """The samples as a WAV file in memory."""
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(samples.itemsize)
        output.setframerate(RATE)
        output.writeframes(samples.tobytes())
    file.seek(0)
    return file


def chosen() -> Transcriber:
    """faster-whisper where STOA_WHISPER names a model and the package is there (`doctor` says if not), else Sphinx."""
    model = settings.STOA_WHISPER
    return Whisper(Path(model)) if model and usable(model) else Sphinx()


def usable(model: str) -> bool:
    """Whether faster-whisper is installed, and its model a folder."""
    return find_spec(WHISPER) is not None and Path(model).is_dir()
