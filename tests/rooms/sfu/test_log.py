"""Contract of `rooms.sfu.log`: one JSON object per line."""

import json
import logging
import sys

from rooms.sfu.log import JsonFormatter, words


def line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("rooms.sfu", logging.WARNING, "", 0, "redis_lost", (), None)
    for name, value in extra.items():
        setattr(record, name, value)
    read: dict[str, object] = json.loads(JsonFormatter().format(record))
    return read


def test_a_record_is_its_event_level_time_and_fields() -> None:
    read = line(fields={"peers": 3}, created=0.0)
    assert read == {
        "event": "redis_lost",
        "level": "warning",
        "timestamp": "1970-01-01T00:00:00.000+00:00",
        "peers": 3,
    }


def test_an_exception_stays_on_the_line() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        read = line(exc_info=sys.exc_info())
    assert "ValueError: x" in str(read["error"])


def test_an_operator_reads_what_an_error_says_and_its_kind_where_it_says_nothing() -> None:
    errors = ExceptionGroup("", [ConnectionError("invalid username-password pair"), TimeoutError()])
    assert words(errors) == ["invalid username-password pair", "TimeoutError"]
