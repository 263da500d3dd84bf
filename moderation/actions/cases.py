"""Working on cases: each act of the table, made by one person in one transaction with its entry."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.cases import OPEN, Act, Actor, State, due, step, unfit
from moderation.cases import Code as CaseCode
from moderation.evidence import keys
from moderation.models import About, Case, Decision, Report, Staff, Stand, host_of
from moderation.policies import SEVERITIES, Policy, Severity
from moderation.staff import Act as StaffAct
from moderation.staff import refusal
from rooms import rows
from rooms.models import Room, known

_UID = "SELECT uid FROM accounts_user WHERE id = %s"


def claim(pk: int, *, by: User, now: datetime, source: Source) -> Case:
    """The case, theirs alone from now on.

    Raises `Refused`: GONE, CLAIMED where somebody was faster, SUBJECT, REPORTER, FIRST_DECIDER, SENIOR, STATE where it
    waits for a second person.
    """
    with transaction.atomic():
        locked(pk)  # before it is asked: somebody may just be proposing a decision
        if Decision.objects.filter(case=pk, state=Stand.PROPOSED).exists():
            raise Refused(Code.DECIDED)
        return advance(pk, Act.CLAIM, by=by, now=now, source=source, holder=by, held_at=now)


def release(pk: int, *, by: User, now: datetime, source: Source) -> Case:
    """The case, back in the queue. Raises `Refused`: GONE, UNCLAIMED, STATE."""
    return advance(pk, Act.RELEASE, by=by, now=now, source=source, holder=None, held_at=None)


def hand_over(pk: int, to: User, *, by: User, now: datetime, source: Source) -> Case:
    """The case in the hands of somebody else of the staff.

    Raises `Refused`: GONE, also for oneself, UNCLAIMED, STATE; SUBJECT, REPORTER and FIRST_DECIDER where the other has
    a part in it.
    """
    other = Staff.objects.filter(user=to).first()
    if other is None or to == by or refusal(other.standing, StaffAct.WORK, now) is not None:
        raise Refused(Code.GONE)
    return advance(pk, Act.HAND_OVER, by=by, now=now, source=source, second=to, holder=to, held_at=now)


def escalate(pk: int, *, by: User, now: datetime, source: Source) -> Case:
    """The case, left to the senior moderators. Raises `Refused`: GONE, UNCLAIMED, STATE."""
    return advance(pk, Act.ESCALATE, by=by, now=now, source=source, holder=None, held_at=None)


@transaction.atomic
def name(pk: int, room_id: str, username: str, *, by: User, now: datetime, source: Source) -> Case:
    """The case of a notice from outside, about the person or room it means; or the open case about the same.

    In the latter the notice counts as a report from now on, and its own case is closed. Raises `Refused`: GONE where
    there is no such room or person, STATE for what is no notice, UNCLAIMED, and SUBJECT for oneself and one's own room.
    """
    case = locked(pk)
    if case.about != About.NOTICE:
        raise Refused(CaseCode.STATE)
    room = Room.objects.filter(pk=known(room_id)).first()
    subject = User.objects.filter(username__iexact=username).first() if username else None
    if (room_id and room is None) or (username and subject is None) or (room is None and subject is None):
        raise Refused(Code.GONE)
    host = host_of(room.pk) if room and subject is None else None
    if by in (subject, host):
        raise Refused(CaseCode.SUBJECT)
    meant: dict[str, Any] = {
        "about": About.PERSON if subject else About.ROOM,
        "subject": subject,
        "host": host,
        "room": room.pk if room else "",
    }
    stays(subject or host)
    same = Case.objects.select_for_update().filter(**meant, state__in=OPEN)  # decided, it would take no more
    other = same.first()
    if other is None:
        try:
            with transaction.atomic():
                return advance(pk, Act.NAME, by=by, now=now, source=source, **meant)
        except IntegrityError:  # of somebody who names or reports the same at this moment
            other = same.first()
            if other is None:
                raise
    advance(pk, Act.MERGE, by=by, now=now, source=source, detail={"into": other.pk}, closed_at=now)
    Report.objects.filter(case=case).update(case=other)
    return other


@transaction.atomic
def advance(
    pk: int,
    act: Act,
    *,
    by: User | None,
    now: datetime,
    source: Source,
    second: User | None = None,
    reason: str = "",
    detail: Mapping[str, Any] = MappingProxyType({}),
    automated: bool = False,
    **values: Any,
) -> Case:
    """The case where the act leads, with `values` in its row and its entry `case.<act>`; `by` None is the server.

    Raises `Refused`: GONE, and what `moderation.cases.step` says; nothing changed then.
    """
    case = locked(pk)
    parties, actor = case.parties, Actor(by.uid if by else "", senior=is_senior(by, now))
    after, code = step(State(case.state), act, actor, parties)
    if code is None and second is not None:
        code = unfit(Actor(second.uid), parties)
    if code is not None:
        raise Refused(code)
    case.state = after
    for name, value in values.items():
        setattr(case, name, value)
    case.save(update_fields=["state", *values])
    told: dict[str, Any] = {"reason": reason, "automated": automated, "detail": dict(detail)}
    note(case, f"case.{act}", source, by=by, second=second, **told)
    return case


def keep(case: Case, holder: User, now: datetime) -> None:
    """Nothing: if they hold the case, their claim is not forgotten: they work on it. Called with its row locked."""
    if case.state == State.CLAIMED and case.holder_id == holder.pk:
        case.held_at = now
        case.save(update_fields=["held_at"])


def drawn_up(about: About, subject: User | None, room: str, policy: Policy, now: datetime, **values: Any) -> Case:
    """The case as it would be, with the room's host and the key that its evidence will be sealed under.

    It is not stored; until the end of this transaction whoever it is about is not erased. Raises `Refused` as `stays`.
    """
    severity, pair = SEVERITIES[policy], keys.new_pair()
    host = host_of(room) if about is About.ROOM else None
    stays(subject or host)
    return Case(
        about=about,
        subject=subject,
        host=host,
        room=room,
        policy=policy,
        severity=severity,
        stepped_at=now,
        opened_at=now,
        due_at=due(severity, now),
        key=pair.public,
        secret=pair.secret,
        **values,
    )


def tell_opened(case: Case, source: Source, *, at_once: bool = False) -> None:
    """Nothing: the log says that the case, which was just stored, is there, and not who had it opened.

    `at_once` where it is decided with that, so that no report waited for it.
    """
    record(
        "case.open",
        source=source,
        object_type="user" if case.whom else "case",
        object_id=case.whom.uid if case.whom else str(case.pk),
        room=case.room,
        case=str(case.pk),
        policy=case.policy,
        detail={"severity": Severity(case.severity).name.lower(), **({"at_once": True} if at_once else {})},
    )


def stays(person: User | None) -> None:
    """Nothing: until the end of this transaction whoever a case will be about is not erased.

    Raises `Refused(GONE)` where they were erased since their row was read: the log would get to know the old id anew,
    and nothing would ever erase that.
    """
    if person is None:
        return
    hold = " FOR KEY SHARE" if connection.features.has_select_for_update else ""
    if rows.cells(_UID + hold, [person.pk]) != [(person.uid,)]:
        raise Refused(Code.GONE)


def locked(pk: int) -> Case:
    """The case, whose row this transaction holds. Raises `Refused(GONE)`."""
    found = Case.objects.select_for_update(of=("self",)).select_related("subject", "host", "holder")
    case = found.filter(pk=pk).first()
    if case is None:
        raise Refused(Code.GONE)
    return case


def note(
    case: Case,
    action: str,
    source: Source,
    *,
    by: User | None,
    second: User | None = None,
    on: User | None = None,
    **act: Any,
) -> int:
    """The number of the entry of an act on the case; the person it is about, or `on`, is sealed in it."""
    subject = on or case.whom
    entry = record(
        action,
        source=source,
        actor=by.uid if by else "",
        second=second.uid if second else "",
        role=role_of(by),
        object_type="user" if subject else "case",
        object_id=subject.uid if subject else str(case.pk),
        room=case.room,
        case=str(case.pk),
        **{"policy": case.policy, **act},
    )
    return entry.pk


def is_senior(user: User | None, now: datetime) -> bool:
    """Whether they are a senior moderator now."""
    staff = Staff.objects.filter(user=user).first() if user else None
    return staff is not None and refusal(staff.standing, StaffAct.CONFIRM, now) is None


def role_of(user: User | None) -> str:
    """What they are on the staff; empty for nobody."""
    return Staff.objects.filter(user=user).values_list("role", flat=True).first() or "" if user else ""
