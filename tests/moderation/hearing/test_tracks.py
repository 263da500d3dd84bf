"""Tracks opened for machines."""

import pytest

from moderation.actions import evidence
from moderation.evidence import keys
from moderation.hearing.sound import listen
from moderation.hearing.tracks import UnheardError, opened, samples, shut, tracks
from moderation.models import Case, Evidence, Hint, Kind
from tests.moderation.filed import a_case, a_track
from tests.moderation.hearing.speech import packets, tone
from tests.rooms.scenes import NOON

pytestmark = pytest.mark.django_db


def _a_tone() -> Evidence:
    return a_track(a_case(), packets(tone(3)))


def _code(track: Evidence) -> str:
    with pytest.raises(UnheardError) as unheard:
        samples(track)
    return unheard.value.code


def test_a_sealed_track_is_heard_again() -> None:
    assert "tone" in listen(samples(_a_tone())).flags


def test_what_was_destroyed_is_no_track() -> None:
    track = _a_tone()
    assert list(tracks(track.case)) == [track]
    Evidence.objects.update(destroyed_at=NOON, size=0)
    assert list(tracks(track.case)) == []


def test_a_file_that_is_gone_is_not_heard() -> None:
    track = _a_tone()
    (evidence.folder() / track.file).unlink()
    assert _code(track) == "gone"


def test_a_file_that_is_not_what_the_log_says_is_not_heard() -> None:
    track = _a_tone()
    file = evidence.folder() / track.file
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert _code(track) == "changed"
    file.write_bytes(b"{}\n")
    assert _code(track) == "malformed"


@pytest.mark.parametrize("secret", [None, bytes(60)], ids=["none", "another"])
def test_without_the_cases_key_nothing_opens(secret: bytes | None) -> None:
    track = _a_tone()
    hint = _hint(track)
    Case.objects.update(secret=secret)
    track = tracks(track.case).get()
    assert _code(track) == "shut"
    with pytest.raises(UnheardError):
        opened(Hint.objects.get(pk=hint.pk))


def test_once_the_cases_key_is_destroyed_nothing_opens() -> None:
    track = _a_tone()
    hint = _hint(track)
    keys.destroy(track.case.key)
    assert _code(track) == "shut"
    with pytest.raises(UnheardError):
        opened(hint)


def test_words_open_as_the_hint_that_they_were_kept_for_and_no_other() -> None:
    hint = _hint(_a_tone())
    assert opened(Hint.objects.get()) == b"words"
    hint.kind = Kind.WORDS
    with pytest.raises(UnheardError):
        opened(hint)


def test_a_hint_without_words_opens_to_none() -> None:
    hint = _hint(_a_tone())
    hint.box = None
    with pytest.raises(UnheardError):
        opened(hint)


def _hint(track: Evidence) -> Hint:
    box = shut(b"words", track.case, track, Kind.TRANSCRIPT)
    said = {"kind": Kind.TRANSCRIPT, "model": "ear", "version": "1", "score": 0.5}
    return Hint.objects.create(case=track.case, evidence=track, box=box, made_at=NOON, **said)
