"""What runs by the clock, and how often. A run that did not begin before the next is due is dropped."""

from typing import Any

HOUR = 3600.0


def _every(seconds: float, task: str, **options: Any) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds, **options}}


SCHEDULE = {
    "sweep": _every(5.0, "rooms.sweep"),
    "remind": _every(20.0, "rooms.remind"),
    "forget": _every(HOUR, "accounts.forget"),
    "seal": _every(2.0, "audit.seal", queue="log"),
    "watch_log": _every(2.0, "audit.watch", queue="log"),
    "beat": _every(300.0, "audit.beat", queue="log"),
    "cosign": _every(5.0, "audit.cosign"),
    "stream": _every(5.0, "audit.stream"),
    "look_back": _every(HOUR, "audit.look_back"),
    "prune": _every(24 * HOUR, "audit.prune", expires=HOUR),
    "triage": _every(5.0, "moderation.sweep"),
    "expire": _every(60.0, "moderation.expire"),
    "remind_staff": _every(30.0, "moderation.remind"),
    "end_accounts": _every(60.0, "moderation.end_accounts"),
    "forget_accounts": _every(HOUR, "moderation.forget_accounts"),
    "judge": _every(HOUR, "moderation.judge"),
    "check": _every(HOUR, "moderation.check"),
    "watch": _every(HOUR, "moderation.watch"),
    "keep_log": _every(30.0, "moderation.keep_log"),
    "deliver": _every(60.0, "accounts.deliver_overdue"),
}
