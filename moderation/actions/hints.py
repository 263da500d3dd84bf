"""What machines say of a case: hints, never decisions. Each is kept once, with its entry; words are sealed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction

from moderation.actions.cases import note
from moderation.actions.steps import SOURCE, move_on
from moderation.hearing import patterns, sound
from moderation.hearing import screen as screening
from moderation.hearing import transcribe as transcribing
from moderation.hearing.tracks import UnheardError, opened, samples, shut, tracks
from moderation.hearing.transcript import Transcript
from moderation.hearing.turn import turn
from moderation.models import Case, Evidence, Hint, Kind, Step
from rooms.models import Room

PATIENCE: Mapping[str, timedelta] = MappingProxyType(
    {Step.TRANSCRIBE: timedelta(minutes=3), Step.SCREEN: timedelta(minutes=30)}
)
"""How long a case waits for machines, busy or broken; then it goes on without what they would have said."""


def transcribe(case: Case, now: datetime) -> bool:
    """Whether one more track was written down, or the case goes on."""
    model = transcribing.chosen()
    track = tracks(case).exclude(hints__kind=Kind.TRANSCRIPT).first()
    if track is None or _waited(case, now) or not model.knows(_language(case)):
        return move_on(case, now)
    with turn() as ours:
        if ours:
            _write_down(track, case, model, now)
        return ours


def _language(case: Case) -> str:
    return Room.objects.filter(pk=case.room).values_list("language", flat=True).first() or ""


def _write_down(track: Evidence, case: Case, model: transcribing.Transcriber, now: datetime) -> None:
    said = {"kind": Kind.TRANSCRIPT, "model": model.name, "version": model.version}
    try:
        heard = model.transcribe(samples(track))
    except UnheardError as error:
        _hint(case, track, now, **said, score=0.0, facts={"unheard": error.code})
        return
    box = shut(heard.dump(), case, track, Kind.TRANSCRIPT)
    facts = {"language": heard.language, "words": len(heard.words)}
    _hint(case, track, now, **said, score=heard.score, facts=facts, box=box)


def write_late(track: Evidence, now: datetime) -> None:
    """Nothing: the track of a case that went on without is written down, and searched. Called with the turn held."""
    _write_down(track, track.case, transcribing.chosen(), now)
    _search(track, track.case, now)


def screen(case: Case, now: datetime) -> bool:
    """Whether the case goes on: its tracks were listened to, and what was written down was searched."""
    if not _waited(case, now):
        for track in tracks(case):
            _listen(track, case, now)
            _search(track, case, now)
        _look_for_raid(case, now)
    return move_on(case, now)


def _listen(track: Evidence, case: Case, now: datetime) -> None:
    if track.hints.filter(kind=Kind.SOUND).exists():
        return
    try:
        found = sound.listen(samples(track))
    except UnheardError:
        return  # its transcript's hint says so, and opening it will
    said = {"kind": Kind.SOUND, "model": sound.NAME, "version": sound.VERSION}
    _hint(case, track, now, **said, score=found.score, facts=found.facts)


def _search(track: Evidence, case: Case, now: datetime) -> None:
    written = track.hints.filter(kind=Kind.TRANSCRIPT).exclude(box=None).select_related("case").first()
    if written is None or track.hints.filter(kind=Kind.WORDS).exists():
        return
    screener = screening.chosen()
    try:
        found = screener.screen(Transcript.load(opened(written)))
    except UnheardError:
        return  # the key is gone, and with it all that was said
    said = {"kind": Kind.WORDS, "model": screener.name, "version": screener.version}
    box = shut("\n".join(found.found).encode(), case, track, Kind.WORDS)
    _hint(case, track, now, **said, score=found.score, facts=dict(found.counts), box=box)


def _look_for_raid(case: Case, now: datetime) -> None:
    found = patterns.raid(case)
    if found is not None:
        said = {"kind": Kind.PATTERN, "model": patterns.NAME, "version": patterns.VERSION}
        _hint(case, None, now, **said, score=found.score, facts=found.facts)


@transaction.atomic
def _hint(case: Case, track: Evidence | None, now: datetime, **said: Any) -> None:
    """A model's word, once for each track; of a whole case, the newest where it is stronger."""
    own = {"case": case, "evidence": track, "kind": said.pop("kind"), "model": said.pop("model")}
    hint, new = Hint.objects.get_or_create(**own, defaults={**said, "made_at": now})
    if not new:
        stronger = Hint.objects.filter(pk=hint.pk, evidence=None, score__lt=said["score"])
        new = bool(stronger.update(**said, made_at=now))
    if new:
        model, score = f"{hint.model} {said['version']}"[:60], round(said["score"] * 100)
        detail = {"hint": hint.pk, "kind": hint.kind, "evidence": track.pk if track else None}
        note(case, "case.hint", SOURCE, by=None, automated=True, model=model, score=score, detail=detail)


def _waited(case: Case, now: datetime) -> bool:
    return now - case.stepped_at > PATIENCE[case.step]
