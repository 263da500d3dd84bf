"""A bundle on its way to a browser: made on the disk of the data under no name, and sent a block at a time."""

import errno
import shutil
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import datetime
from io import BufferedRandom
from typing import Any, cast

import structlog
from asgiref.sync import sync_to_async
from django.http import FileResponse

from moderation.actions.base import Code, Refused
from moderation.audit import draft, export

_log = structlog.get_logger(__name__)

MOST = 250_000
"""Entries of one file: about 100 MB, and what a browser waits for within minutes. The refusals name it."""
EACH = 1_000
"""Bytes of room for each entry, more than twice what it takes."""
SPARE = 256_000_000
"""Bytes that stay free: where the log itself finds no room, nothing can be done any more."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Download(FileResponse):
    """A file that is sent as it is read: of Django's own, an asynchronous server reads all before its first byte."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The file's blocks."""
        read = sync_to_async(cast("BufferedRandom", self.file_to_stream).read)
        while block := await read(self.block_size):
            yield block


def made(
    since: datetime | None, until: datetime | None, *, too_many: Code = Code.LONG, now: datetime, **how: Any
) -> BufferedRandom:
    """A file with the bundle of that time, at its beginning; `how` is what `export` takes.

    One at a time, so that no two have room for one. Raises `Refused`, and nothing is left: `UNSEALED` before the first
    checkpoint, `too_many` where there are more than `MOST` entries, `MAKING` while another is made, `FULL` where the
    disk has no room, and `NO_FOLDER` where there is nowhere to make it.
    """
    try:
        first, count = export.span(since, until)
        if count > MOST:
            raise Refused(too_many)
        with draft.alone():
            return _written(first, count, now=now, **how)
    except BlockingIOError as error:
        raise Refused(Code.MAKING) from error
    except draft.FolderError as error:
        _log.exception("no_folder")
        raise Refused(Code.NO_FOLDER) from error
    except export.NothingSealedError as error:
        raise Refused(Code.UNSEALED) from error
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Refused(Code.FULL) from error


def _written(first: int, count: int, **how: Any) -> BufferedRandom:
    """The file with these leaves, if there is room; that it is written already is what the next one finds less of."""
    if shutil.disk_usage(draft.folder()).free < SPARE + count * EACH:
        raise Refused(Code.FULL)
    with ExitStack() as failing:
        file = failing.enter_context(draft.nameless())
        export.export(file, first, count, **how)
        file.seek(0)
        failing.pop_all()
        return file
