"""Sends the log to collectors: in order, numbered, at least once, and after an outage from where each one stopped.

The number is the entry's place in the log.
"""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import structlog
from django.conf import settings

from moderation.audit import export, formats, outgoing
from moderation.audit.bundle import Row, fields
from moderation.audit.destinations import Collector
from moderation.audit.models import Stream
from moderation.audit.outgoing import AwayError

_log = structlog.get_logger(__name__)

BATCH = 500
BATCHES = 20  # in one go
AUDIT = 13  # syslog's facility for log audits
SEQUENCES = 2**31 - 1  # RFC 5424, 7.3.1: then it begins again with 1
_SEVERITY = MappingProxyType({"info": 6, "warning": 4, "error": 3})


def send(now: datetime) -> dict[str, int]:
    """How many entries went to each destination; one that is away gets the rest when it is back."""
    return {collector.name: _send_all(collector, now) for collector in settings.STOA_LOG_STREAM}


def _send_all(collector: Collector, now: datetime) -> int:
    row, _ = Stream.objects.get_or_create(name=collector.name)
    start = cursor = row.cursor
    for _ in range(BATCHES):
        rows = list(enumerate(export.rows(cursor, BATCH), cursor))
        if not rows or not row.ask(now):
            break
        try:
            trouble = _deliver(collector, [(index, one) for index, one in rows if one.text is not None])
            row.answered()
        except AwayError as error:
            trouble = str(error) or "away"
        if trouble:
            _log.warning("log_stream_away", destination=row.name, cursor=cursor, trouble=trouble)
            Stream.objects.filter(pk=row.pk).update(error=trouble[:200])
            break
        # Somebody else may send the same batch meanwhile; then it arrives twice, and the cursor moves once.
        end = cursor + len(rows)
        Stream.objects.filter(pk=row.pk, cursor=cursor).update(cursor=end, sent_at=now, error="")
        cursor = end
    return cursor - start


def _deliver(collector: Collector, rows: Sequence[tuple[int, Row]]) -> str:
    """Why these entries were not taken; an empty text if they were. Raises `AwayError` if there is no answer.

    Where all of them were pruned nothing is sent: some refuse an empty body, and would stand still.
    """
    if not rows:
        return ""
    entries = [(index, fields(row)) for index, row in rows]
    lines = [(index, entry, formats.line(collector.format, index, entry)) for index, entry in entries]
    if collector.url.startswith("syslog+"):
        outgoing.write(collector.url, b"".join(_framed(*line) for line in lines))
        return ""
    reply = outgoing.post(collector.url, "".join(f"{line}\n" for *_, line in lines).encode(), _headers(collector))
    return "" if 200 <= reply.status < 300 else f"answered with {reply.status}"


def _headers(collector: Collector) -> dict[str, str]:
    token = collector.token or settings.STOA_LOG_STREAM_TOKEN
    return {"Content-Type": "application/x-ndjson", **({"Authorization": token} if token else {})}


def _framed(index: int, entry: dict[str, Any], line: str) -> bytes:
    """The line as a syslog message (RFC 5424), counted in octets (RFC 6587)."""
    priority = AUDIT * 8 + _SEVERITY.get(entry.get("severity", "info"), _SEVERITY["error"])
    head = f"<{priority}>1 {entry['occurred_at']} {entry.get('host', '-')} stoa - {entry.get('action', '-')[:32]}"
    message = f'{head} [meta sequenceId="{index % SEQUENCES + 1}"] {line}'.encode()
    return b"%d %b" % (len(message), message)
