"""The levers of the whole server, pulled and let go: one entry `power.<lever>` for each change."""

from datetime import datetime, timedelta
from typing import Unpack

from django.db import transaction

from accounts.actions.base import Code, Refused
from accounts.models import Lever, Switch, User
from moderation.audit.record import Grounds, record
from moderation.audit.source import Source

GRACE = timedelta(minutes=1)
"""How long live rooms go on once the server is suspended."""


@transaction.atomic
def pull(
    lever: Lever,
    *,
    by: User,
    now: datetime,
    source: Source,
    note: str = "",
    most: int | None = None,
    **grounds: Unpack[Grounds],
) -> Switch:
    """The lever, pulled from now on; people read `note` with it. Raises `Refused` (`ALREADY`)."""
    given = {"reason": grounds.get("reason", ""), "note": note, "pulled_by": by.uid, "pulled_at": now, "most": most}
    ends_at = now + GRACE if lever is Lever.SERVER else None
    switch, new = Switch.objects.get_or_create(name=lever, defaults={**given, "ends_at": ends_at})
    if not new:
        raise Refused(Code.ALREADY)
    detail = {"on": True, "most": most}
    record(f"power.{lever}", source=source, actor=by.uid, object_type="server", detail=detail, **grounds)
    return switch


@transaction.atomic
def release(lever: Lever, *, by: User, source: Source, **grounds: Unpack[Grounds]) -> None:
    """Nothing: the lever is let go. Raises `Refused` (`ALREADY`) where nobody had pulled it."""
    if not Switch.objects.filter(pk=lever).delete()[0]:
        raise Refused(Code.ALREADY)
    record(f"power.{lever}", source=source, actor=by.uid, object_type="server", detail={"on": False}, **grounds)


@transaction.atomic
def keep_export(name: str, digest: str, *, source: Source) -> bool:
    """Whether the bundle that was written of the log at the server's suspension is the first, and is kept as such."""
    first = Switch.objects.filter(pk=Lever.SERVER, export="").update(export=name)
    if first:
        record("power.export", source=source, object_type="server", detail={"sha256": digest})
    return bool(first)
