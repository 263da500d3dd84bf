"""What the operator states where no server can measure."""

import hashlib
from datetime import datetime

from django.db import transaction

from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Statement


@transaction.atomic
def state(topic: str, english: str, chinese: str, *, by: str, now: datetime, source: Source) -> Statement:
    """The new statement on the topic; its words stay out of the log, which has their digest.

    Raises `Refused` (`EMPTY`) where nothing is said in either language.
    """
    english, chinese = english.strip(), chinese.strip()
    if not english and not chinese:
        raise Refused(Code.EMPTY)
    words = hashlib.sha256(f"{english}\n{chinese}".encode()).hexdigest()
    last = Statement.objects.filter(topic=topic).order_by("-made_at", "-pk").values("english", "chinese").first()
    change = {"before": last or {}, "after": {"english": english, "chinese": chinese}, "detail": {"words": words}}
    act = {"object_type": "statement", "object_id": topic, **change}
    entry = record("statement.make", source=source, actor=by, **act)  # type: ignore[arg-type]  # the words of `Act`
    return Statement.objects.create(
        topic=topic, english=english, chinese=chinese, made_by=by, made_at=now, entry=entry.pk
    )


def newest() -> dict[str, Statement]:
    """The statement that counts on each topic that has one."""
    return {statement.topic: statement for statement in Statement.objects.order_by("made_at", "pk")}
