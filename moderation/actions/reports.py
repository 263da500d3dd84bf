"""Taking reports. A report joins the open case of the same person in the same room, or opens one; it may have the ring
frozen. Nobody who was reported learns by whom.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from moderation import cases
from moderation.actions import cases as working
from moderation.actions import triage
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import About, Case, Channel, Decision, Freeze, Report, Stand, Step
from moderation.policies import SEVERITIES, Policy
from rooms import rows
from rooms.actions import evidence
from rooms.admission import visible_room
from rooms.models import Member, Room, State
from rooms.roles import Rank

PER_HOUR = 20  # reports of one person
FREEZES_PER_DAY = 6  # of one reporter: false reports cannot make the server keep speech
WRONG_FOR = timedelta(days=30)  # each report of these days in which nothing was found takes one away, but for the last
FREEZES_PER_HOUR = 12  # of one room, whichever members report
FREEZES_OF_ONE = 3  # of these, by one of them: two accounts cannot use up what others' reports need
FREEZES_AT_WORK = 6  # of one room in an hour, by all of the staff: nobody keeps a room by reporting it at work
TWICE = timedelta(minutes=1)  # a second report of the same within it is the first one, tapped again
ENDED_FOR = timedelta(minutes=1)  # the ring outlives its room by as much

# Asked of each report; composed anew by Django they were half of what one costs.
_OPEN = f"({', '.join(repr(state.value) for state in cases.OPEN)})"
_PERSON = rows.select(User, "person", "FROM accounts_user AS person WHERE uid = %s")
_LATELY = f"""
SELECT EXISTS (
  SELECT 1 FROM moderation_decision WHERE subject_id = person.id AND until > %s
  AND measure = '{Measure.RESTRICT_REPORTING}' AND state = '{Stand.IN_FORCE}'
), (SELECT count(*) FROM moderation_report WHERE reporter_id = person.id AND made_at > %s)
FROM accounts_user AS person WHERE id = %s
"""  # noqa: S608  # our own names
_HOSTS = f"SELECT user_id FROM rooms_member WHERE room_id = held.room AND rank = {Rank.HOST:d}"  # noqa: S608  # ours
_SAME_HOST = f"coalesce(held.host_id, 0) = coalesce(({_HOSTS}), 0)"
_AGAIN = rows.select(Report, "report", f"""
FROM moderation_report AS report JOIN moderation_case AS held ON held.id = report.case_id
WHERE report.reporter_id = %s AND report.made_at > %s AND report.policy = %s
AND coalesce(held.subject_id, 0) = %s AND held.room = %s AND held.state IN {_OPEN}
AND (held.about <> '{About.ROOM}' OR {_SAME_HOST}) ORDER BY report.made_at DESC
""")  # fmt: skip
_HELD = f"FROM moderation_case AS held WHERE held.about = %s AND held.room = %s AND held.state IN {_OPEN} "
_OF_ROOM = rows.select(Case, "held", f"{_HELD} AND {_SAME_HOST}")
_OF_SOMEBODY = rows.select(Case, "held", f"{_HELD} AND held.subject_id = %s")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody reports: the policy that was broken, in their own words if they like, and how it came."""

    policy: Policy
    channel: Channel
    words: str = ""
    language: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    about: About
    subject: User | None
    room: Room | None


def report_member(
    reporter: User, room_id: str, number: int, complaint: Complaint, *, source: Source, now: datetime
) -> Report:
    """The report of a member of a room that the reporter may know of.

    Raises `Refused`: GONE, SUBJECT for oneself, RESTRICTED, TOO_MANY.
    """
    room = _seen(reporter, room_id)
    member = Member.objects.filter(room=room, number=number).exclude(joined_at=None).select_related("user").first()
    if member is None:
        raise Refused(Code.GONE)
    return _report(reporter, _Target(About.PERSON, member.user, room), complaint, source, now)


def report_room(reporter: User, room_id: str, complaint: Complaint, *, source: Source, now: datetime) -> Report:
    """The report of a whole room. Raises as `report_member` does."""
    return _report(reporter, _Target(About.ROOM, None, _seen(reporter, room_id)), complaint, source, now)


def report_person(reporter: User, uid: str, complaint: Complaint, *, source: Source, now: datetime) -> Report:
    """The report of a person, outside of any room. Raises as `report_member` does."""
    subject = rows.read(User, _PERSON, [uid])
    if subject is None:
        raise Refused(Code.GONE)
    return _report(reporter, _Target(About.PERSON, subject, None), complaint, source, now)


@transaction.atomic
def notice(complaint: Complaint, *, source: Source, now: datetime) -> Report:
    """The notice of somebody outside (DSA Art. 16): its words say what it is about. The shell counts their tries."""
    if not complaint.words.strip():
        raise Refused(Code.EMPTY)
    return _take(None, _Target(About.NOTICE, None, None), None, complaint, source, now)


@transaction.atomic
def open_case(by: User, room_id: str, number: int | None, policy: Policy, *, source: Source, now: datetime) -> Case:
    """The case that one of the staff opens about what they hear, in any room; of a member, or of the whole room.

    It freezes the ring as a report does, and somebody else decides on it. Raises `Refused`: GONE, SUBJECT.
    """
    room = Room.objects.filter(pk=room_id).first()
    member = Member.objects.filter(room=room_id, number=number).select_related("user").first() if number else None
    if room is None or (number and member is None):
        raise Refused(Code.GONE)
    if member is not None and member.user_id == by.pk:
        raise Refused(Code.SUBJECT)
    target = _Target(About.PERSON if member else About.ROOM, member.user if member else None, room)
    return _take(None, target, _held(target), Complaint(policy, Channel.STAFF), source, now, staff=by).case


def _seen(reporter: User, room_id: str) -> Room:
    room = visible_room(reporter, room_id)
    if room is None:
        raise Refused(Code.GONE)
    return room


@transaction.atomic
def _report(reporter: User, target: _Target, complaint: Complaint, source: Source, now: datetime) -> Report:
    if target.subject == reporter:
        raise Refused(Code.SUBJECT)
    held = _held(target)  # before the reporter: whoever decides holds a case, and then the people
    restricted, made = _lately(reporter, now)
    if restricted:
        raise Refused(Code.RESTRICTED)
    subject, room = target.subject.pk if target.subject else 0, target.room.pk if target.room else ""
    same = [reporter.pk, _adapted(now - TWICE), complaint.policy, subject, room]
    again = rows.read(Report, _AGAIN, same) if made else None
    if again is not None:
        return again
    if made >= PER_HOUR:
        raise Refused(Code.TOO_MANY)
    return _take(reporter, target, held, complaint, source, now)


def _lately(reporter: User, now: datetime) -> tuple[bool, int]:
    """Whether a decision keeps them from reporting, and how many reports they made within the hour.

    Their row is held meanwhile, so that nobody's tries are counted side by side.
    """
    with connection.cursor() as cursor:
        if connection.features.has_select_for_update:
            cursor.execute("SELECT id FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [reporter.pk])
        cursor.execute(_LATELY, [_adapted(now), _adapted(now - timedelta(hours=1)), reporter.pk])
        restricted, made = cursor.fetchone()
    return bool(restricted), made


def _adapted(moment: datetime) -> Any:
    """The moment as this database compares it."""
    return connection.ops.adapt_datetimefield_value(moment)


def _take(
    reporter: User | None,
    target: _Target,
    held: Case | None,
    complaint: Complaint,
    source: Source,
    now: datetime,
    staff: User | None = None,
) -> Report:
    """The report in its case, with its entry, and the ring frozen where there is one and the budget allows it.

    A worker begins with a new case at once, and with a minute that is sealed; with all else the sweep does. Whoever
    holds the case that they report to gives it back: nobody decides on their own report.
    """
    who = reporter or staff
    if held is not None and who is not None and (held.state, held.holder_id) == (cases.State.CLAIMED, who.pk):
        working.release(held.pk, by=who, now=now, source=source)
    case = _case(target, held, complaint, source, now)
    report = Report(
        case=case,
        reporter=reporter,
        staff=staff,
        email=complaint.email,
        channel=complaint.channel,
        policy=complaint.policy,
        words=complaint.words.strip(),
        language=complaint.language,
        made_at=now,
    )
    rows.insert(report)
    freeze = _freeze(report, target, now)
    record(
        "report.make",
        source=source,
        actor=who.uid if who else "",
        object_type="report",
        object_id=str(report.pk),
        room=case.room,
        case=str(case.pk),
        policy=complaint.policy,
        automated=complaint.channel == Channel.MACHINE,
        detail={"channel": complaint.channel, "freeze": freeze.pk if freeze else ""},
    )
    if case.opened_at == now or freeze is not None:
        transaction.on_commit(lambda: triage.hand_over(case.pk), robust=True)
    return report


def _case(target: _Target, case: Case | None, complaint: Complaint, source: Source, now: datetime) -> Case:
    """The open case that the report belongs to, made as grave as it says; or a new one."""
    severity = SEVERITIES[complaint.policy]
    if case is None:
        return _open(target, complaint, source, now) or _case(target, _held(target), complaint, source, now)
    after: dict[str, Any] = {"step": Step.COLLECT, "stepped_at": now}
    if severity > case.severity:
        after |= {"policy": complaint.policy, "severity": severity}
        after["due_at"] = min(case.due_at, cases.due(severity, now))
    for name, value in after.items():
        setattr(case, name, value)
    rows.change(case, {}, after)
    return case


def _held(target: _Target) -> Case | None:
    """The open case about the same, whose row this transaction holds; a notice stands for itself.

    A room under another host is not the same.
    """
    if target.about == About.NOTICE:
        return None
    hold = " FOR UPDATE" if connection.features.has_select_for_update else ""
    room = target.room.pk if target.room else ""
    if target.subject is None:
        return rows.read(Case, _OF_ROOM + hold, [target.about, room])
    return rows.read(Case, _OF_SOMEBODY + hold, [target.about, room, target.subject.pk])


def _open(target: _Target, complaint: Complaint, source: Source, now: datetime) -> Case | None:
    """The new case; None where somebody else reported the same at the same moment, and it is there by now."""
    room = target.room.pk if target.room else ""
    case = working.drawn_up(target.about, target.subject, room, complaint.policy, now)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        return None
    working.tell_opened(case, source)
    return case


def _freeze(report: Report, target: _Target, now: datetime) -> Freeze | None:
    """The freeze of the room's ring, asked for after the commit; None where there is nothing to freeze any more."""
    room = target.room
    if room is None or not _has_ring(room, now) or not _affords(report, room, now):
        return None
    freeze = Freeze.objects.create(id=secrets.token_hex(8), case=report.case, report=report, room=room.pk, asked_at=now)
    asked = evidence.freeze(room.pk, freeze.pk, report.case.key, now)
    if len(asked) > 1:
        freeze.waiting = asked
        freeze.save(update_fields=["waiting"])
    return freeze


def _has_ring(room: Room, now: datetime) -> bool:
    just_over = room.state == State.ENDED and room.ended_at is not None and room.ended_at > now - ENDED_FOR
    return settings.STOA_PROFILE != "private" and (room.state == State.LIVE or just_over)


def _affords(report: Report, room: Room, now: datetime) -> bool:
    """Whether the ring may be frozen for the report once more."""
    of_room = Freeze.objects.filter(room=room.pk, asked_at__gt=now - timedelta(hours=1))
    if report.staff is not None:
        return of_room.exclude(report__staff=None).count() < FREEZES_AT_WORK
    if report.reporter is None:
        return True
    own = Freeze.objects.filter(report__reporter=report.reporter, asked_at__gt=now - timedelta(days=1)).count()
    here, theirs = of_room.filter(report__reporter=report.reporter), of_room.filter(report__staff=None)
    room_left = here.count() < FREEZES_OF_ONE and theirs.count() < FREEZES_PER_HOUR
    return room_left and own < _budget(report.reporter, now, own)


def _budget(reporter: User, now: datetime, own: int) -> int:
    """How many freezes a day they have, of which they had `own`: fewer where their reports were found wrong lately."""
    if not own:
        return FREEZES_PER_DAY  # the first is everybody's, and costs no question
    lately = Report.objects.filter(reporter=reporter, made_at__gt=now - WRONG_FOR)
    found = Decision.objects.filter(measure=Measure.NONE, state=Stand.IN_FORCE)
    return max(1, FREEZES_PER_DAY - lately.filter(case__in=found.values("case")).count())
