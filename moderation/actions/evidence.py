"""Evidence: kept with its case, proven when it is read, destroyed when its time is over."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from moderation.actions.cases import locked, note
from moderation.audit import hold
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.cases import State
from moderation.evidence import keys, sealed
from moderation.models import Case, Evidence, Freeze, Frozen, Hint
from rooms.models import Member

KEPT = timedelta(days=30)
"""How long evidence stays after its case is closed, with no appeal open any more."""
LONGEST = timedelta(days=365)
"""How long it stays at most, whatever becomes of the case."""
STRAY = timedelta(days=1)
"""How long a file may lie in the folder that belongs to no case."""

_INTERNAL = Source.internal("celery")
_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


def folder() -> Path:
    """Where the media processes put sealed files; they share it with this server."""
    return Path(settings.STOA_DATA) / "evidence"


@transaction.atomic
def attach(
    pk: str,
    now: datetime,
    *,
    sfu: str = "",
    answered: Collection[str] | None = None,
    source: Source = _INTERNAL,
) -> Sequence[Evidence]:
    """What was sealed for the freeze and lies in the folder, each track with its entry; done again it adds nothing.

    `answered` are the files that the media process `sfu` names in its answer, none where nothing was kept. Without an
    answer the freeze stays open until a file is there; where several were asked, until each of them has answered.
    """
    freeze = Freeze.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if freeze is None:
        return []
    there = {one.file: one for one in Evidence.objects.filter(freeze=freeze)}
    for file in sorted(folder().glob(f"{freeze.pk}-*.sealed")):
        if file.name not in there and (track := _read(freeze, file)):
            there[file.name] = _keep(freeze, file, track, now, source)
    missing = set(answered or ()).difference(there)
    if missing:
        _log.error("evidence_elsewhere", freeze=freeze.pk, sfu=sfu)  # the folder is not shared: docs/operations.md
    elif answered is not None and sfu in freeze.waiting:
        freeze.waiting.remove(sfu)
        freeze.save(update_fields=["waiting"])
    if freeze.waiting:
        return list(there.values())
    if there:
        _answer(freeze, Frozen.SEALED, now, source)
    elif answered is not None and not missing:
        _answer(freeze, Frozen.EMPTY, now, source)
    return list(there.values())


def _read(freeze: Freeze, file: Path) -> sealed.Track | None:
    """The track in the file, if it is what its name says; a wrong one is told to the operator and left alone."""
    try:
        track = sealed.read(file.read_bytes())
    except sealed.Refused:
        track = None
    if track is not None and track.header.place == (freeze.room, _member(file), freeze.pk):
        return track
    _log.error("evidence_unreadable", freeze=freeze.pk)
    return None


def _member(file: Path) -> int | None:
    number = file.stem.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else None


def _keep(freeze: Freeze, file: Path, track: sealed.Track, now: datetime, source: Source) -> Evidence:
    header = track.header
    member = Member.objects.filter(room=freeze.room, number=header.member).select_related("user").first()
    speaker = member.user if member else None
    entry = record(
        "evidence.seal",
        source=source,
        object_type="user" if speaker else "case",
        object_id=speaker.uid if speaker else str(freeze.case_id),
        room=freeze.room,
        case=str(freeze.case_id),
        automated=True,
        evidence=[track.digest.hex()],
        detail={
            "freeze": freeze.pk,
            "digest": track.digest.hex(),
            "hashes": track.hashes,
            "packets": header.packets,
            "start_ms": header.start_ms,
            "end_ms": header.end_ms,
        },
    )
    return Evidence.objects.create(
        case_id=freeze.case_id,
        freeze=freeze,
        user=speaker,
        member=header.member,
        file=file.name,
        digest=track.digest.hex(),
        hashes=track.hashes,
        start_at=_moment(header.start_ms),
        end_at=_moment(header.end_ms),
        packets=header.packets,
        size=file.stat().st_size,
        sealed_at=now,
        entry=entry.pk,
        expires_at=now + LONGEST,
    )


def _answer(freeze: Freeze, outcome: Frozen, now: datetime, source: Source) -> None:
    if freeze.outcome in (outcome, Frozen.SEALED):
        return
    freeze.outcome, freeze.answered_at = outcome, now
    freeze.save(update_fields=["outcome", "answered_at"])
    said = {"room": freeze.room, "case": str(freeze.case_id), "reason": outcome, "detail": {"freeze": freeze.pk}}
    record("evidence.answer", source=source, automated=True, **said)  # type: ignore[arg-type]  # the words of `Act`


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)


def unsealed(track: Evidence) -> list[sealed.Record]:
    """What was said, packet by packet. Call it for people only after `grants.admit`.

    Raises `sealed.Refused`, `KeysMissingError`, `InvalidTag` or `OSError` for what does not open or is not in the log.
    """
    case = track.case
    private = keys.private(case.key, bytes(case.secret or b""))
    place = (track.freeze.room, track.member, track.freeze_id)
    return sealed.unseal(sealed.read((folder() / track.file).read_bytes()), private, _logged(track), place)


def _logged(track: Evidence) -> list[str]:
    """The hashes of the track's chunks in the log; in its row, once the log has pruned the entry."""
    detail = Entry.objects.filter(pk=track.entry).values_list("detail", flat=True).first()
    hashes: list[str] = detail["hashes"] if detail else track.hashes
    return hashes


def expire(now: datetime, source: Source = _INTERNAL) -> int:
    """How many tracks were destroyed just now: their time is over, and nobody holds them.

    What a file was is gone first; the entry that says so is its receipt. Then go the keys of cases that nothing is kept
    of, and files that belong to no case.
    """
    over = Q(expires_at__lte=now) | Q(case__state=State.CLOSED, case__closed_at__lte=now - KEPT)
    due = Evidence.objects.filter(over, destroyed_at=None).values_list("pk", flat=True)
    destroyed = sum(_tried(_destroy, pk, now, source) for pk in list(due))
    shut = Q(state=State.CLOSED, closed_at__lte=now - KEPT) | Q(opened_at__lte=now - LONGEST)
    for pk in list(Case.objects.filter(shut, secret__isnull=False).values_list("pk", flat=True)):
        _tried(_forget, pk, now, source)
    kept = set(Evidence.objects.filter(destroyed_at=None).values_list("file", flat=True))
    for file in folder().glob("*.sealed"):
        if file.name not in kept:
            _tried(_remove_stray, file, now, source)
    return destroyed


def _tried(remove: Callable[[_T, datetime, Source], bool | None], what: _T, now: datetime, source: Source) -> bool:
    """Whether it was removed; a file that the disk does not let go is told to the operator, and keeps no other."""
    try:
        return bool(remove(what, now, source))
    except OSError as error:
        _log.error("evidence_stays", what=str(what), error=type(error).__name__)
        return False


@transaction.atomic
def _destroy(pk: int, now: datetime, source: Source) -> bool:
    track = Evidence.objects.select_for_update(of=("self",)).select_related("user").get(pk=pk)
    if track.destroyed_at is not None or Entry.objects.filter(hold.held(), pk=track.entry).exists():
        return False
    (folder() / track.file).unlink(missing_ok=True)
    track.size, track.destroyed_at = 0, now
    track.save(update_fields=["size", "destroyed_at"])
    Hint.objects.filter(evidence=track).update(box=None)
    record(
        "evidence.destroy",
        source=source,
        object_type="user" if track.user else "case",
        object_id=track.user.uid if track.user else str(track.case_id),
        case=str(track.case_id),
        automated=True,
        evidence=[track.digest],
        detail={"evidence": track.pk, "digest": track.digest},
    )
    return True


@transaction.atomic
def _forget(pk: int, now: datetime, source: Source) -> None:
    """Nothing: what was sealed for the case opens never again, in no backup either, unless something is kept of it."""
    case = locked(pk)
    kept = case.evidence.filter(destroyed_at=None).exists()
    if kept or case.secret is None or Entry.objects.filter(hold.held(), case=str(pk)).exists():
        return
    keys.destroy(case.key)
    case.secret, case.seal_until = None, now
    case.save(update_fields=["secret", "seal_until"])
    Hint.objects.filter(case=case).update(box=None)
    note(case, "evidence.forget", source, by=None, automated=True)


@transaction.atomic
def _remove_stray(file: Path, now: datetime, source: Source) -> None:
    """Nothing: a file that no case has (any more), after a restored backup for instance, is gone."""
    try:
        age = now.timestamp() - file.stat().st_mtime
    except FileNotFoundError:
        return
    if age < STRAY.total_seconds() or Evidence.objects.filter(file=file.name, destroyed_at=None).exists():
        return
    file.unlink(missing_ok=True)
    record("evidence.destroy", source=source, automated=True, reason="stray", detail={"freeze": file.name[:16]})
