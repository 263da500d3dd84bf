"""Refusals of people who have shown nothing yet: logged, but nobody can fill the log with them."""

from accounts import throttle
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

LIMIT, PER = 20, 60  # entries from one network or of one member, in seconds


def note(action: str, source: Source, reason: str, room: str = "", actor: str = "") -> bool:
    """Whether the refusal was written to the log: not when its network, or the member, has had many already."""
    whose = ("refusal.member", actor) if actor else ("refusal.network", throttle.network(source.address))
    try:
        allowed = throttle.hit(*whose, limit=LIMIT, per=PER)
    except throttle.Unavailable:
        allowed = True  # better a long log than none
    if allowed:
        record_refusal(action, source=source, actor=actor, room=room, reason=reason)
    return allowed
