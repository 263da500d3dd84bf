"""Speech written down by the models there are."""

import io
import sys
import wave
from array import array
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from pytest_django.fixtures import Settings

from moderation.hearing import transcribe
from moderation.hearing.opus import decode
from moderation.hearing.transcribe import Sphinx, Whisper
from tests.moderation.hearing.speech import silence, threat, tone


def test_the_small_model_hears_what_went_through_opus() -> None:
    heard = Sphinx().transcribe(decode(threat()))
    assert heard.language == "en"
    assert {"kill", "you", "know"} <= set(heard.text.split())
    assert 0 < heard.score <= 1
    assert all(word.start < word.end <= 4_500 for word in heard.words)


def test_there_are_no_words_in_silence_or_in_nothing() -> None:
    assert Sphinx().transcribe(silence(3)).words == ()
    assert Sphinx().transcribe(array("h")).words == ()


def test_words_stand_where_they_were_said() -> None:
    heard = Sphinx().transcribe(silence(5) + decode(threat()))
    assert 5_000 <= heard.words[0].start < heard.words[-1].end <= 9_500
    assert "kill" in heard.text.split()


def test_it_has_the_name_and_version_of_its_package() -> None:
    assert Sphinx().name == "pocketsphinx"
    assert Sphinx().version.startswith("5.1")


@pytest.mark.parametrize(("language", "known"), [("", True), ("en", True), ("en-gb", True), ("zh-hans", False)])
def test_the_small_model_is_asked_about_english_alone(language: str, known: bool) -> None:
    assert Sphinx().knows(language) is known
    assert Whisper(Path("small")).knows(language)


def test_without_a_setting_the_small_model_is_chosen(settings: Settings) -> None:
    settings.STOA_WHISPER = ""
    assert isinstance(transcribe.chosen(), Sphinx)


def test_a_setting_without_package_or_model_leaves_the_small_one(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STOA_WHISPER = str(tmp_path)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: None)
    assert isinstance(transcribe.chosen(), Sphinx)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: object())
    assert isinstance(transcribe.chosen(), Whisper)
    settings.STOA_WHISPER = str(tmp_path / "gone")
    assert isinstance(transcribe.chosen(), Sphinx)


def test_faster_whisper_is_handed_a_wav_file_in_memory_and_its_own_words_come_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    samples = tone(1)
    asked: dict[str, object] = {}

    class Model:
        def __init__(self, model: str, **options: object) -> None:
            asked.update(options, model=model)

        def transcribe(self, file: io.BytesIO, word_timestamps: bool) -> tuple[list[SimpleNamespace], SimpleNamespace]:
            with wave.open(file) as sound:
                assert (sound.getframerate(), sound.getnchannels()) == (16_000, 1)
                assert sound.readframes(16_000) == samples.tobytes()
            word = SimpleNamespace(start=0.5, end=0.75, word=" 你", probability=0.9)
            return [SimpleNamespace(words=[word]), SimpleNamespace(words=None)], SimpleNamespace(language="zh")

    package = ModuleType("faster_whisper")
    package.WhisperModel = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", package)
    monkeypatch.setattr(transcribe, "version", lambda name: "1.2.1")
    whisper = Whisper(tmp_path / "small")
    heard = whisper.transcribe(samples)
    assert heard.language == "zh"
    assert [(word.start, word.end, word.text, word.score) for word in heard.words] == [(500, 750, "你", 0.9)]
    assert asked["model"] == str(tmp_path / "small")
    assert asked["local_files_only"] is True
    assert (whisper.name, whisper.version) == ("faster-whisper", "1.2.1 small")
