"""Refusals of people who have shown no session: logged, but nobody can fill the log with them."""

from accounts import throttle
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms.models import known
from rooms.roles import Code

LIMIT, PER = 20, 60  # entries from one network, in seconds


def note(action: str, source: Source, room_id: str, code: Code) -> bool:
    """Whether the refusal was written to the log: not when its network has had many already."""
    try:
        allowed = throttle.hit("refusal.network", throttle.network(source.address), limit=LIMIT, per=PER)
    except throttle.Unavailable:
        allowed = True  # better a long log than none
    if allowed:
        record_refusal(action, source=source, room=known(room_id), reason=code.value)
    return allowed
