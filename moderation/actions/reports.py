"""Taking reports. A report joins the open case of the same person in the same room, or opens one; it may have the ring
frozen. Nobody who was reported learns by whom.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from moderation import cases
from moderation.actions import cases as working
from moderation.actions import freezes, triage
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import About, Case, Channel, Report, Stand, Step
from moderation.policies import SEVERITIES, Policy
from rooms import rows
from rooms.admission import visible_room
from rooms.models import Member, Room
from rooms.roles import Rank

PER_HOUR = 20  # reports of one person
TWICE = timedelta(minutes=1)  # a second report of the same within it is the first one, tapped again

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
_SAME = f"""
AND report.made_at > %s AND report.policy = %s
AND coalesce(held.subject_id, 0) = %s AND held.room = %s AND held.state IN {_OPEN}
AND (held.about <> '{About.ROOM}' OR {_SAME_HOST}) ORDER BY report.made_at DESC
"""
_MADE = "FROM moderation_report AS report JOIN moderation_case AS held ON held.id = report.case_id WHERE"
_AGAIN = rows.select(Report, "report", f"{_MADE} report.reporter_id = %s {_SAME}")
_AGAIN_AT_WORK = rows.select(Report, "report", f"{_MADE} report.staff_id = %s {_SAME}")
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
    """The notice of somebody outside (DSA Art. 16): its words say what it is about. The shell counts their tries.

    Sent again within a minute, word for word and with the same address, it is the first one.
    """
    if not complaint.words.strip():
        raise Refused(Code.EMPTY)
    return _noticed(complaint, now) or _take(None, _Target(About.NOTICE, None, None), None, complaint, source, now)


@transaction.atomic
def open_case(by: User, room_id: str, number: int | None, policy: Policy, *, source: Source, now: datetime) -> Case:
    """The case that one of the staff opens about what they hear, in any room; of a member, or of the whole room.

    It freezes the ring as a report does, and somebody else decides on it; opened again within a minute, it is as they
    left it. Raises `Refused`: GONE, SUBJECT.
    """
    room = Room.objects.filter(pk=room_id).first()
    member = Member.objects.filter(room=room_id, number=number).select_related("user").first() if number else None
    if room is None or (number and member is None):
        raise Refused(Code.GONE)
    if member is not None and member.user_id == by.pk:
        raise Refused(Code.SUBJECT)
    target = _Target(About.PERSON if member else About.ROOM, member.user if member else None, room)
    held = _held(target)
    _hold(by)
    again = rows.read(Report, _AGAIN_AT_WORK, _same(by, target, policy, now))
    return (again or _take(None, target, held, Complaint(policy, Channel.STAFF), source, now, staff=by)).case


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
    again = rows.read(Report, _AGAIN, _same(reporter, target, complaint.policy, now)) if made else None
    if again is not None:
        return again
    if made >= PER_HOUR:
        raise Refused(Code.TOO_MANY)
    return _take(reporter, target, held, complaint, source, now)


def _lately(reporter: User, now: datetime) -> tuple[bool, int]:
    """Whether a decision keeps them from reporting, and how many reports they made within the hour.

    Their row is held meanwhile, so that nobody's tries are counted side by side.
    """
    _hold(reporter)
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, [_adapted(now), _adapted(now - timedelta(hours=1)), reporter.pk])
        restricted, made = cursor.fetchone()
    return bool(restricted), made


def _hold(person: User) -> None:
    """Nothing: until the end of this transaction nothing else that they report is looked at."""
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [person.pk])


def _same(who: User, target: _Target, policy: Policy, now: datetime) -> list[Any]:
    """What `_AGAIN` and `_AGAIN_AT_WORK` ask with."""
    subject, room = target.subject.pk if target.subject else 0, target.room.pk if target.room else ""
    return [who.pk, _adapted(now - TWICE), policy, subject, room]


def _noticed(complaint: Complaint, now: datetime) -> Report | None:
    """The same notice, sent a moment ago. Nobody is there to be held, so its words are."""
    said = {"policy": complaint.policy, "words": complaint.words.strip(), "email": complaint.email}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [said["words"]])
    lately = Report.objects.filter(reporter=None, made_at__gt=now - TWICE, channel=Channel.NOTICE)
    return lately.filter(**said).first()


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
    freeze = freezes.freeze(report, target.room, now)
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
