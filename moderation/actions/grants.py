"""Leave to open evidence: asked by who works on the case, given by a second person, used for half an hour."""

import secrets
from datetime import datetime, timedelta

import structlog
from cryptography.exceptions import InvalidTag
from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.cases import is_senior, keep, locked, note
from moderation.actions.evidence import unsealed
from moderation.actions.staff import answerable
from moderation.audit.keys import KeysMissingError
from moderation.audit.models import Result
from moderation.audit.source import Source
from moderation.cases import LIVE, Actor, State, conflict
from moderation.cases import Code as CaseCode
from moderation.evidence import ogg, sealed
from moderation.models import Case, Evidence, Grant
from moderation.staff import FRESH

GRANTED = timedelta(minutes=30)
"""How long leave to open evidence lasts."""

_log = structlog.get_logger(__name__)


@transaction.atomic
def ask(pk: int, reason: str, *, by: User, now: datetime, source: Source) -> Grant:
    """The wish to hear the evidence of a case that one works on: a second person decides.

    Raises `Refused`: GONE where there is none (any more), EMPTY without a reason, DECIDED where one's wish still waits,
    and what keeps somebody from working on the case.
    """
    case = locked(pk)
    _works_on(case, by, now)
    if not reason.strip():
        raise Refused(Code.EMPTY)
    if not case.evidence.filter(destroyed_at=None).exists():
        raise Refused(Code.GONE)
    if case.grants.filter(asked_by=by, decided_at=None).exists():
        raise Refused(Code.DECIDED)
    grant = Grant.objects.create(case=case, asked_by=by, asked_at=now, reason=reason.strip())
    keep(case, by, now)
    note(case, "evidence.ask", source, by=by, detail={"grant": grant.pk})
    return grant


def approve(pk: int, *, by: User, factor: timedelta | None, now: datetime, source: Source) -> Grant:
    """The leave, for half an hour. `factor` is how long ago `by` showed a second factor.

    Raises `Refused`: GONE, DECIDED, SAME_PERSON, SENIOR, SUBJECT, REPORTER, STATE, STALE.
    """
    return _decide(pk, True, by=by, factor=factor, now=now, source=source)


def refuse(pk: int, *, by: User, factor: timedelta | None, now: datetime, source: Source) -> Grant:
    """The wish, refused. Raises `Refused` as `approve` does."""
    return _decide(pk, False, by=by, factor=factor, now=now, source=source)


@transaction.atomic
def _decide(pk: int, approved: bool, *, by: User, factor: timedelta | None, now: datetime, source: Source) -> Grant:
    case = _case_of(pk)
    grant = answerable(Grant, pk, by, now)
    _no_part(case, by)
    if not is_senior(by, now):
        raise Refused(CaseCode.SENIOR)
    _fresh(factor)
    grant.approver, grant.approved, grant.decided_at = by, approved, now
    grant.expires_at = now + GRANTED if approved else None
    grant.save(update_fields=["approver", "approved", "decided_at", "expires_at"])
    keep(case, grant.asked_by, now)
    action = "evidence.approve" if approved else "evidence.refuse"
    note(case, action, source, by=by, second=grant.asked_by, detail={"grant": grant.pk})
    return grant


def open_track(pk: int, evidence: int, *, by: User, factor: timedelta | None, now: datetime, source: Source) -> bytes:
    """One track as Ogg Opus, from its `start_at` to its `end_at`, proven to be what the log says.

    Its entry is committed before. Raises `Refused` as `admit` does, and BROKEN, with an entry, for what is no evidence.
    """
    track = admit(pk, evidence, "sound", by=by, factor=factor, now=now, source=source)
    try:
        records = unsealed(track)
    except (sealed.Refused, KeysMissingError, InvalidTag, OSError) as error:
        with transaction.atomic():
            why = error.code if isinstance(error, sealed.Refused) else type(error).__name__
            detail = {"evidence": track.pk, "digest": track.digest}
            note(track.case, "evidence.broken", source, by=by, result=Result.FAILED, reason=why, detail=detail)
        _log.error("evidence_broken", evidence=track.pk, case=track.case_id, why=why)
        raise Refused(Code.BROKEN) from error
    return ogg.ogg(records, round(track.start_at.timestamp() * 1000), secrets.randbits(32))


@transaction.atomic(durable=True)
def admit(
    pk: int, evidence: int, what: str, *, by: User, factor: timedelta | None, now: datetime, source: Source
) -> Evidence:
    """The track whose sound or words (`what`) this person may have now, once: the entry is committed.

    Raises `Refused`: GONE, also for a grant that somebody else asked for, UNDECIDED, EXPIRED, STALE for a second factor
    shown more than 15 minutes ago (`factor` says how long), and what keeps somebody from working on the case.
    """
    case = _case_of(pk)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("approver").get(pk=pk)
    track = case.evidence.select_related("case").filter(pk=evidence, destroyed_at=None).first()
    if track is None:
        raise Refused(Code.GONE)
    if grant.asked_by_id != by.pk:
        raise Refused(Code.GONE)
    if not grant.approved or grant.expires_at is None:
        raise Refused(Code.UNDECIDED)
    if grant.expires_at <= now:
        raise Refused(Code.EXPIRED)
    _works_on(case, by, now)
    _fresh(factor)
    keep(case, by, now)
    detail = {"grant": grant.pk, "evidence": track.pk, "what": what, "digest": track.digest}
    note(case, "evidence.open", source, by=by, second=grant.approver, evidence=[track.digest], detail=detail)
    return track


def _case_of(pk: int) -> Case:
    """The case of a grant, locked first as everywhere. Raises `Refused(GONE)`."""
    found = Grant.objects.filter(pk=pk).values_list("case", flat=True).first()
    if found is None:
        raise Refused(Code.GONE)
    return locked(found)


def _no_part(case: Case, by: User) -> None:
    """Nothing, if the case lives and this person has no part in it."""
    if case.state not in LIVE:
        raise Refused(CaseCode.STATE)
    code = conflict(Actor(by.uid), case.parties)
    if code is not None:
        raise Refused(code)


def _works_on(case: Case, by: User, now: datetime) -> None:
    """Nothing, if this person may judge the case now: has claimed it, could confirm it, or could hear the appeal."""
    _no_part(case, by)
    if case.state not in (State.ESCALATED, State.APPEALED):
        if case.state != State.CLAIMED or case.holder_id != by.pk:
            raise Refused(CaseCode.UNCLAIMED)
        return
    if not is_senior(by, now):
        raise Refused(CaseCode.SENIOR)
    if by.uid in case.parties.deciders:
        raise Refused(CaseCode.FIRST_DECIDER)


def _fresh(factor: timedelta | None) -> None:
    if factor is None or factor > FRESH:
        raise Refused(Code.STALE)
