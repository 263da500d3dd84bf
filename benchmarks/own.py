"""What it costs to give somebody everything that is kept of them, their own voice with it."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator

from benchmarks.figures import Figure


async def measure() -> AsyncIterator[Figure]:
    """The figures of a big account, in a database that `benchmarks.ownbook` fills."""
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "STOA_DATA": data, "SECRET_KEY": "x" * 60}
        command = [sys.executable, "-m", "benchmarks.ownbook"]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        told, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError("own data could not be measured")
        for line in told.decode().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                yield Figure(**json.loads(line))
