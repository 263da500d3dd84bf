"""One JSON object per line on standard output, for operators. Never SDP, ufrag, password or a person's address."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """A record's message as `event`, its level and time, and the `fields` it was logged with."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON; an exception becomes its traceback in `error`."""
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def words(errors: BaseExceptionGroup[BaseException]) -> list[str]:
    """What each of these says, or its kind where it says nothing: an operator must know which password is wrong."""
    return [str(error) or type(error).__name__ for error in errors.exceptions]


def to_standard_output() -> None:
    """Nothing: everything from INFO up is logged there from now on, libraries from WARNING up."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("rooms").setLevel(logging.INFO)
