"""The calendar file: what stands in it, and that a reader that goes by RFC 5545 alone gets out what went in."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.calendar import Appointment, write

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLAIN = Appointment(
    uid="abcdefghijkl@stoa.example",
    sequence=3,
    title="Slow Sunday; tea, cake",
    description="reading\\together\nHosted by Alice\nhttps://stoa.example/r/abcdefghijkl",
    url="https://stoa.example/r/abcdefghijkl",
    starts=datetime(2026, 1, 4, 20, 30, tzinfo=timezone(timedelta(hours=8))),
    cancelled=False,
)
GOLDEN = r"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Stoa//Stoa//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:abcdefghijkl@stoa.example
DTSTAMP:20260101T120000Z
SEQUENCE:3
DTSTART:20260104T123000Z
DTEND:20260104T133000Z
SUMMARY:Slow Sunday\; tea\, cake
DESCRIPTION:reading\\together\nHosted by Alice\nhttps://stoa.example/r/abcd
 efghijkl
LOCATION:https://stoa.example/r/abcdefghijkl
URL:https://stoa.example/r/abcdefghijkl
STATUS:CONFIRMED
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT10M
DESCRIPTION:Slow Sunday\; tea\, cake
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def read(text: str) -> list[tuple[str, str]]:
    """Names and values, in order, as sections 3.1 and 3.3.11 have it: unfolded, then unescaped."""
    assert text.endswith("\r\n")
    lines = re.sub(r"\r\n[ \t]", "", text).removesuffix("\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    plain = {r"\n": "\n", r"\N": "\n"}
    return [(name, re.sub(r"\\.", lambda hit: plain.get(hit[0], hit[0][1]), value)) for name, _, value in pairs]


def changed(**values: object) -> Appointment:
    kept = {name: getattr(PLAIN, name) for name in PLAIN.__dataclass_fields__}
    return Appointment(**{**kept, **values})


def test_the_file_is_this_to_the_letter() -> None:
    assert write(PLAIN, NOW) == GOLDEN.replace("\n", "\r\n")


def test_a_room_called_off_is_cancelled_and_rings_no_bell() -> None:
    values = read(write(changed(cancelled=True, sequence=4), NOW))
    assert ("STATUS", "CANCELLED") in values
    assert ("SEQUENCE", "4") in values
    assert ("UID", PLAIN.uid) in values
    assert ("BEGIN", "VALARM") not in values


@given(title=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=100))
@pytest.mark.parametrize("field", ["title", "description"])
def test_any_words_come_out_as_they_went_in_and_no_line_is_too_long(field: str, title: str) -> None:
    text = write(changed(**{field: title}), NOW)
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    name = {"title": "SUMMARY", "description": "DESCRIPTION"}[field]
    assert (name, title) in read(text)
    begun = [value for key, value in read(text) if key == "BEGIN"]
    ended = [value for key, value in read(text) if key == "END"]
    assert (begun, ended) == (["VCALENDAR", "VEVENT", "VALARM"], ["VALARM", "VEVENT", "VCALENDAR"])


def test_a_folded_line_splits_no_character() -> None:
    text = write(changed(title="读" * 100), NOW)
    assert all(line.encode().decode() for line in text.split("\r\n") if line)
    assert "\r\n 读" in text
