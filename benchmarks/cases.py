"""How long a moderator waits for the queue when 10,000 cases are open."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator

from benchmarks import meters
from benchmarks.figures import Figure
from benchmarks.hallway import ask
from benchmarks.product import Product
from benchmarks.servers import ROOT

CASES, ASKED = 10_000, 40
_WARM = 5
_PATHS = {
    "first page": "/console/cases/",
    "page 100": "/console/cases/?after={after}",
    "one case": "/console/cases/{one}/",
}
_GOALS = {"first page": 300.0, "page 100": 300.0}


async def measure(product: Product) -> AsyncIterator[Figure]:
    """Time and CPU of the first page, of one deep in the queue, and of a case, each read with its entry in the log."""
    command = (sys.executable, "-m", "benchmarks.casebook", str(CASES))
    environment = {**os.environ, **product.settings}
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    headers = {"Cookie": json.loads(done.stdout.splitlines()[-1])}
    for name, path in _PATHS.items():
        url = product.url + path.format(after=CASES // 2, one=CASES // 2)
        await asyncio.to_thread(ask, url, headers, _WARM)
        before = meters.cpu(product.web)
        times = [one.took for one in await asyncio.to_thread(ask, url, headers, ASKED)]
        spent = (meters.cpu(product.web) - before) / ASKED * 1000
        yield Figure(
            f"{CASES:,} open cases, {name}: answered, p95", meters.percentile(times, 0.95), "ms", _GOALS.get(name)
        )
        yield Figure(f"{CASES:,} open cases, {name}: web CPU", spent, "ms")
