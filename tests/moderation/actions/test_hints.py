"""What machines say of a case."""

from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import User
from moderation.actions import evidence, hints
from moderation.actions.hints import PATIENCE
from moderation.audit.models import Entry
from moderation.hearing import patterns
from moderation.hearing import transcribe as transcribing
from moderation.hearing.patterns import Raid
from moderation.hearing.tracks import opened
from moderation.hearing.transcript import Transcript
from moderation.hearing.turn import turn
from moderation.models import Case, Evidence, Hint, Kind, Step
from rooms.models import Access
from tests.moderation.filed import Ear, a_case, a_track
from tests.moderation.hearing.speech import packets, threat, tone
from tests.rooms.scenes import NOON, a_room

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=1)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    monkeypatch.setattr(transcribing, "chosen", lambda: ear)
    return ear


@pytest.fixture
def case(bob: User) -> Case:
    """Bob's, at the step of the models, with a track on which he holds a tone."""
    case = a_case(bob, step=Step.TRANSCRIBE)
    a_track(case, packets(tone(3)))
    return case


def _screening(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(step=Step.SCREEN)
    return Case.objects.get(pk=case.pk)


def test_each_track_is_written_down_once_and_then_the_case_goes_on(case: Case, ear: Ear) -> None:
    a_track(case, packets(tone(1)))
    assert [hints.transcribe(case, SOON) for _ in range(2)] == [True, True]
    assert (ear.asked, Case.objects.get().step) == (2, Step.TRANSCRIBE)
    assert hints.transcribe(case, SOON)
    assert (ear.asked, Case.objects.get().step) == (2, Step.SCREEN)
    assert not hints.transcribe(case, SOON)
    assert Hint.objects.count() == Entry.objects.filter(action="case.hint").count() == 2


def test_a_hint_names_its_model_version_and_score_and_the_log_no_words(case: Case, ear: Ear) -> None:
    hints.transcribe(case, SOON)
    hint = Hint.objects.get()
    assert (hint.model, hint.version, hint.score) == ("ear", "1", 0.5)
    assert hint.facts == {"language": "en", "words": 4}
    entry = Entry.objects.get(action="case.hint")
    assert (entry.model, entry.score, entry.automated, entry.case) == ("ear 1", 50, True, str(case.pk))
    assert entry.detail == {"hint": hint.pk, "kind": "transcript", "evidence": hint.evidence_id}


def test_words_are_kept_under_the_cases_key_alone(case: Case, ear: Ear) -> None:
    ear.text = "canary canary"
    hints.transcribe(case, SOON)
    hint = Hint.objects.get()
    assert b"canary" not in bytes(hint.box or b"")
    assert Transcript.load(opened(hint)).text == "canary canary"


def test_while_another_process_listens_the_case_waits(case: Case, ear: Ear) -> None:
    with turn():
        assert not hints.transcribe(case, SOON)
    assert (ear.asked, Case.objects.get().step, Hint.objects.count()) == (0, Step.TRANSCRIBE, 0)


def test_a_case_that_waited_too_long_goes_on_without_a_transcript(case: Case, ear: Ear) -> None:
    assert hints.transcribe(case, NOON + PATIENCE[Step.TRANSCRIBE] + timedelta(seconds=1))
    assert (ear.asked, Case.objects.get().step) == (0, Step.SCREEN)


def test_a_room_in_a_language_that_the_model_does_not_know_gets_no_transcript(
    alice: User, case: Case, ear: Ear
) -> None:
    room = a_room(alice, Access.OPEN)
    type(room).objects.update(language="zh-hans")
    Case.objects.update(room=room.pk)
    assert hints.transcribe(Case.objects.get(), SOON)
    assert (ear.asked, Case.objects.get().step) == (0, Step.SCREEN)


def test_a_track_that_cannot_be_heard_says_why_and_holds_nothing_up(case: Case, ear: Ear) -> None:
    (evidence.folder() / Evidence.objects.get().file).unlink()
    assert hints.transcribe(case, SOON)
    hint = Hint.objects.get()
    assert (hint.facts, hint.score, hint.box, ear.asked) == ({"unheard": "gone"}, 0, None, 0)
    assert hints.transcribe(case, SOON)
    assert hints.screen(_screening(case), SOON)
    assert (Hint.objects.count(), Case.objects.get().step) == (1, Step.SCORE)


def test_a_model_that_fails_leaves_the_case_where_it_is_and_its_turn_to_others(
    case: Case, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(samples: object) -> Transcript:
        raise MemoryError

    monkeypatch.setattr(ear, "transcribe", fails)
    with pytest.raises(MemoryError):
        hints.transcribe(case, SOON)
    assert (Case.objects.get().step, Hint.objects.count()) == (Step.TRANSCRIBE, 0)
    monkeypatch.undo()
    monkeypatch.setattr(transcribing, "chosen", lambda: ear)
    assert hints.transcribe(case, SOON)


def test_a_track_is_listened_to_and_what_was_written_down_is_searched(case: Case, ear: Ear) -> None:
    hints.transcribe(case, SOON)
    assert hints.screen(_screening(case), SOON)
    found = {hint.kind: hint for hint in Hint.objects.all()}
    assert found.keys() == {Kind.TRANSCRIPT, Kind.SOUND, Kind.WORDS}
    assert (found["sound"].score, found["sound"].facts["flags"]) == (0.6, ["tone"])
    assert (found["words"].score, found["words"].facts) == (0.5, {"threats": 1})
    assert opened(found["words"]) == b"kill you"
    assert Entry.objects.filter(action="case.hint").count() == 3
    told = str([vars(entry) for entry in Entry.objects.all()])
    assert "kill" not in told
    assert "threats" not in told


def test_screening_twice_finds_nothing_twice(case: Case, ear: Ear) -> None:
    hints.transcribe(case, SOON)
    first, stale = _screening(case), _screening(case)
    assert hints.screen(first, SOON)
    assert not hints.screen(stale, SOON)
    assert Hint.objects.count() == Entry.objects.filter(action="case.hint").count() == 3


def test_screening_that_fails_for_half_an_hour_keeps_a_case_from_nobody(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "raid", lambda case: 1 / 0)
    case = _screening(case)
    with pytest.raises(ZeroDivisionError):
        hints.screen(case, SOON)
    assert Case.objects.get().step == Step.SCREEN
    assert hints.screen(case, NOON + PATIENCE[Step.SCREEN] + timedelta(seconds=1))


def test_a_raid_is_a_hint_of_the_whole_case_which_only_a_stronger_one_replaces(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    Evidence.objects.update(destroyed_at=NOON)
    for joined in (6, 6, 12, 8):
        monkeypatch.setattr(patterns, "raid", lambda case, joined=joined: Raid(joined, 2, subject=True))
        assert hints.screen(_screening(case), SOON)
    hint = Hint.objects.get()
    assert (hint.kind, hint.evidence, hint.score, hint.facts["joined"]) == (Kind.PATTERN, None, 0.6, 12)
    assert [entry.score for entry in Entry.objects.filter(action="case.hint").order_by("pk")] == [30, 60]


def test_a_hint_whose_entry_cannot_be_written_is_none(case: Case, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "note", lambda *_args, **_named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hints.transcribe(case, SOON)
    assert not Hint.objects.exists()


def test_a_report_that_comes_while_a_model_listens_is_not_passed_over(case: Case, ear: Ear) -> None:
    Case.objects.update(stepped_at=SOON)  # another report had begun it anew, and it has come here again
    a_track(case, packets(tone(1)))
    Hint.objects.bulk_create(
        Hint(case=case, evidence=track, kind=Kind.TRANSCRIPT, model="ear", version="1", score=0, made_at=NOON)
        for track in Evidence.objects.all()
    )
    assert not hints.transcribe(case, SOON)  # by a worker that knows it from before
    assert Case.objects.get().step == Step.TRANSCRIBE


def test_the_small_model_finds_the_threat_in_what_was_sealed_and_leaves_nothing_on_disk(
    bob: User, tmp_path: Path
) -> None:
    case = a_case(bob, step=Step.TRANSCRIBE)
    a_track(case, threat())
    before = _files(tmp_path)
    assert hints.transcribe(case, SOON)
    assert hints.screen(_screening(case), SOON)
    assert Hint.objects.get(kind=Kind.WORDS).facts == {"threats": 2}
    assert _files(tmp_path) - before == {("hearing.lock", 0)}


def _files(folder: Path) -> set[tuple[str, int]]:
    """Every file but keys, with its size."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "keys"]
    return {(path.name, path.stat().st_size) for path in files}
