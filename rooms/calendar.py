"""A scheduled room as a calendar takes it: an iCalendar file (RFC 5545). PURE.

No METHOD: the file is an appointment to keep, not an invitation that somebody answers by mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LENGTH = timedelta(hours=1)  # rooms have no planned end; without one some calendars show nothing of it
ALARM = "-PT10M"
_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a calendar is told. `uid` stays the same for good; a higher `sequence` replaces what was imported before."""

    uid: str
    sequence: int
    title: str
    description: str
    url: str
    starts: datetime
    cancelled: bool


def write(appointment: Appointment, now: datetime) -> str:
    """The file's text: CRLF at the end of each line, no line above 75 octets of UTF-8, times in UTC."""
    return "".join(f"{_fold(line)}\r\n" for line in _lines(appointment, now))


def _lines(appointment: Appointment, now: datetime) -> Iterator[str]:
    title = _escape(appointment.title)
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Stoa//Stoa//EN", "CALSCALE:GREGORIAN", "BEGIN:VEVENT")
    yield f"UID:{_escape(appointment.uid)}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"SEQUENCE:{appointment.sequence}"
    yield f"DTSTART:{_utc(appointment.starts)}"
    yield f"DTEND:{_utc(appointment.starts + LENGTH)}"
    yield f"SUMMARY:{title}"
    yield f"DESCRIPTION:{_escape(appointment.description)}"
    yield f"LOCATION:{_escape(appointment.url)}"
    yield f"URL:{appointment.url}"
    yield f"STATUS:{'CANCELLED' if appointment.cancelled else 'CONFIRMED'}"
    if not appointment.cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{ALARM}", f"DESCRIPTION:{title}", "END:VALARM")
    yield from ("END:VEVENT", "END:VCALENDAR")


def _escape(text: str) -> str:
    """The text as a TEXT value (section 3.3.11)."""
    return text.translate(_ESCAPES)


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _fold(line: str) -> str:
    """The line in pieces of at most 75 octets (section 3.1), none of which splits a character."""
    pieces, length = [""], 0
    for character in line:
        size = len(character.encode())
        if length + size > _OCTETS:
            pieces.append("")
            length = 1  # the space that begins a piece
        pieces[-1] += character
        length += size
    return "\r\n ".join(pieces)
