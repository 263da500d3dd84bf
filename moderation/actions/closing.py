"""The log of a suspended server, taken out once its rooms have ended, so that it is there whatever comes next."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from accounts.actions.switches import keep_export
from accounts.models import Lever, Switch
from accounts.switches import pulled
from moderation.audit import draft, export
from moderation.audit.source import Source
from moderation.powers import EXPORT_AFTER
from rooms.models import Room, State


def keep_log(now: datetime, *, source: Source) -> Path | None:
    """The bundle that was written to `STOA_DATA/exports`; None while it is not due, while
    another bundle is made, or when it was written before.

    It holds every entry without what is personal in it, which would outlive in a file the people who ask to be
    forgotten; the console gives that out. Writing it again changes nothing: its name is the suspension's.
    """
    if _due(now) is None:
        return None
    try:
        with draft.alone():
            switch = _due(now)  # asked again: another may have written it meanwhile, and its digest is that of its file
            return _kept(switch, now, source) if switch else None
    except BlockingIOError:
        return None  # until the next run


def _due(now: datetime) -> Switch | None:
    """The suspension whose log has to be taken out now."""
    switch = pulled(Lever.SERVER)
    if switch is None or switch.export or Room.objects.filter(state=State.LIVE).exists():
        return None
    over = switch.ends_at is not None and switch.ends_at + timedelta(seconds=EXPORT_AFTER) <= now
    return switch if over else None


def _kept(switch: Switch, now: datetime, source: Source) -> Path | None:
    path = draft.folder() / f"stoa-{switch.pulled_at:%Y%m%dT%H%M%SZ}.zip"
    digest = _write(path, now)
    return path if keep_export(path.name, digest, source=source) else None


def _write(path: Path, now: datetime) -> str:
    """The digest of the file, which is there whole or not at all."""
    with draft.whole(path) as file:
        export.export(file, now=now, person=_NOBODY)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


_NOBODY = "nobody"  # is no uid: nothing personal is opened
