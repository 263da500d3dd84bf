"""What the audit log costs: an entry in its transaction, the sequencer, and a search among millions."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator

from benchmarks.figures import Figure
from tests import postgres

ENTRIES = 10_000_000


async def measure(entries: int = ENTRIES) -> AsyncIterator[Figure]:
    """The figures of a log of so many entries, in a PostgreSQL that `benchmarks.logbook` fills."""
    with postgres.running() as cluster, tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "DATABASE_URL": cluster.url, "STOA_DATA": data, "SECRET_KEY": "x" * 60}
        command = [sys.executable, "-m", "benchmarks.logbook", str(entries)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        told, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError("the log could not be measured")
        for line in told.decode().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                yield Figure(**json.loads(line))
