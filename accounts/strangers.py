"""Refusals of people who have shown nothing yet: logged, but nobody can fill the log with them."""

from accounts import throttle
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

LIMIT, PER = 20, 60  # entries from one network, in seconds


def note(action: str, source: Source, reason: str, room: str = "") -> bool:
    """Whether the refusal was written to the log: not when its network has had many already."""
    try:
        allowed = throttle.hit("refusal.network", throttle.network(source.address), limit=LIMIT, per=PER)
    except throttle.Unavailable:
        allowed = True  # better a long log than none
    if allowed:
        record_refusal(action, source=source, room=room, reason=reason)
    return allowed
