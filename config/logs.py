"""One JSON line per event on standard output, from every process; what is secret is struck out on the way."""

import logging
import re
from typing import Any

import redis
import structlog
from django.core.exceptions import DisallowedHost
from structlog.typing import EventDict, Processor, WrappedLogger

SECRETS = (
    (re.compile(r"(?i)/(join|i|key|owner)/(?=[^/\s\"'?])[^\"'?\n]*?(?= HTTP/|[\"'?\n]|$)"), r"/\1/..."),
    (re.compile(r"(?i)\b[2-9a-hj-km-np-z]{4}(?:[-_. ]?[2-9a-hj-km-np-z]{4}){3}[-_. ]?[2-9a-hj-km-np-z]\b"), "..."),
    (re.compile(r"(?<![^\s?\"'])([^\s?\"'/]*+/[^\s?\"']*+)\?[^\s\"']+"), r"\1?..."),
    (re.compile(r"(?i)\b(bearer|token|secret|password|sessionid|csrftoken)([ =:]+)[^\s,;&\"']+"), r"\1\2..."),
    (re.compile(r"\bv=0\b.*", re.DOTALL), "v=0..."),
    (re.compile(r"a=(ice-pwd|ice-ufrag|fingerprint|crypto):\S+"), r"a=\1:..."),
    (re.compile(r"\b(\w++://[^:/\s@]*+):[^@/\s]++@"), r"\1:...@"),
)
"""Each begins where a word does, and goes back over nothing: a stranger's address has 16,000 characters, and the loop
that everybody waits for writes it down."""


def strike(text: str) -> str:
    """`text` without invite codes and links, tokens, query strings, passwords in URLs, and SDP."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def strike_all(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: `strike` on every text of the event, however deep."""
    return {name: _struck(value) for name, value in event.items()}


def _struck(value: Any) -> Any:
    if isinstance(value, str):
        return strike(value)
    if isinstance(value, dict):
        return {key: _struck(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_struck(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else strike(str(value))


EXPECTED = (DisallowedHost, redis.RedisError)  # a stranger's request, a part that is away: no fault of the code


def without_traceback(record: logging.LogRecord) -> bool:
    """True: a filter that keeps every line, but takes the traceback from one that tells of an expected error."""
    if record.exc_info and isinstance(record.exc_info[1], EXPECTED):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder(allow=())],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                strike_all,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        },
    },
    "filters": {"brief": {"()": lambda: without_traceback}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"},
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.security.DisallowedHost": {"filters": ["brief"]},
        "django.db.backends.base": {"filters": ["brief"]},  # what `on_commit` could not publish
        "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.channels.server": {"handlers": [], "propagate": True, "level": "INFO"},
        "daphne": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it names every new passkey
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}


def configure() -> None:
    """Let structlog's own loggers take the same road as the standard library's."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
