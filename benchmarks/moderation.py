"""From a report to sealed evidence, from a decision to silence, and whether a minute of many reports loses one."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlencode

from benchmarks import meters, packets
from benchmarks.figures import Figure
from benchmarks.joins import HOST, Crowd
from benchmarks.product import Product
from benchmarks.room import background, talk
from benchmarks.servers import ROOT

ROUNDS = 6  # as many freezes as one room may cause, and fewer than make the host's microphone a matter of luck
RATE, SECONDS = 100, 60
REPORTERS = 330  # each of them makes fewer reports than one person may within an hour
LISTENER, FIRST = 1, 10
_AT_ONCE = 16
_CSRF = "c" * 32
_REPORTS = "SELECT count(*) FROM moderation_report WHERE channel = 'profile'"
_ENTRIES = "SELECT count(*) FROM audit_entry WHERE action = 'report.make' AND result = 'ok' AND room = ''"
_UNFINISHED = "SELECT count(*) FROM moderation_case WHERE step <> 'done'"


async def measure(product: Product) -> AsyncIterator[Figure]:
    """Every figure, with the host of `product` speaking and one listener who hears it."""
    sealed, silent = await _live(product)
    yield Figure("from a report to sealed evidence, the longest", max(sealed), "s", 2.0)
    yield Figure("from a report to sealed evidence, p50", meters.percentile(sealed, 0.5), "s")
    yield Figure("from a decision to silence at a listener, the longest", max(silent), "s", 1.0)
    yield Figure("from a decision to silence at a listener, p50", meters.percentile(silent, 0.5), "s")
    async for figure in _flood(product):
        yield figure


async def _live(product: Product) -> tuple[list[float], list[float]]:
    """Seconds to evidence and to silence, for as many reports of the speaker, each decided by a mute."""
    desk = await asyncio.to_thread(_moderator, product)
    crowd = Crowd(product)
    speaker, listener = await crowd.speaker(HOST), await crowd.come_in(LISTENER)
    heard: list[packets.Packet] = []
    listener.heard = heard.append
    await listener.connect()
    voice = packets.Voice(speaker.local.ssrc, speaker.remote)
    sealed, silent = [], []
    async with background(talk(speaker, voice)):
        for number in range(ROUNDS):
            await _until(lambda: heard and time.time_ns() - heard[-1].arrived < 0.1e9)
            await asyncio.sleep(1)
            sealed.append(await asyncio.to_thread(_report, product, LISTENER + 1 + number))
            silent.append(await _decide(product, desk, heard))
            crowd.sockets[0].say({"type": "move", "id": 10 + number, "move": "unmute"})
            await crowd.sockets[0].message("ok", id=10 + number)
    crowd.leave()
    return sealed, silent


def _moderator(product: Product) -> str:
    """The cookie of a moderator at the console."""
    command = (sys.executable, "-m", "benchmarks.casebook", "0")
    environment = {**os.environ, **product.settings}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    cookie: str = json.loads(done.stdout.splitlines()[-1])
    return cookie


def _report(product: Product, person: int) -> float:
    """Seconds from this person's report of the host until there is evidence of it."""
    before, began = _number(product, "SELECT count(*) FROM moderation_evidence"), time.monotonic()
    body = {"policy": "harassment", "member": 1}
    status = _Caller(product).send(product.sessions[person], f"/api/v1/rooms/{product.room}/reports/", body)
    if status != 201:
        raise RuntimeError("the report was not taken", status)
    while _number(product, "SELECT count(*) FROM moderation_evidence") == before:
        if time.monotonic() - began > 30:
            raise TimeoutError("no evidence came")
        time.sleep(0.005)
    return time.monotonic() - began


async def _decide(product: Product, desk: str, heard: list[packets.Packet]) -> float:
    """Seconds from the moderator's decision until the listener got the last packet of the host."""
    case = _number(product, "SELECT max(id) FROM moderation_case")
    caller = _Caller(product)
    await asyncio.to_thread(caller.submit, desk, f"/console/cases/{case}/claim/", {})
    verdict = {"measure": "mute", "policy": "harassment", "facts": "He shouted.", "ground": "terms"}
    began = time.time_ns()
    await asyncio.to_thread(caller.submit, desk, f"/console/cases/{case}/decide/", verdict)
    await asyncio.sleep(1)
    named = [packet.arrived for packet in heard if packet.csrcs]
    if time.time_ns() - named[-1] < 0.5e9:
        raise RuntimeError("the host is heard still")
    return max(0, named[-1] - began) / 1e9


async def _flood(product: Product) -> AsyncIterator[Figure]:
    """Figures of as many reports as are to come in a minute, each an HTTP request of somebody else."""
    asked = RATE * SECONDS
    uids = _column(product, "SELECT uid FROM accounts_user WHERE username LIKE 'light%' ORDER BY id")
    before, began = meters.cpu(product.web), time.monotonic()
    answers = await asyncio.to_thread(_offer, product, uids, asked)
    took = time.monotonic() - began
    accepted, waits = sum(status == 201 for status, _ in answers), [seconds for _, seconds in answers]
    rows, entries = _number(product, _REPORTS), _number(product, _ENTRIES)
    yield Figure(f"reports taken while {RATE} a second are made", accepted / took, "/s", RATE * 0.99, at_least=True)
    yield Figure("reports refused", asked - accepted, "", 0)
    yield Figure("accepted reports without their row", accepted - rows, "", 0)
    yield Figure("accepted reports without their entry", accepted - entries, "", 0)
    yield Figure("a report answered, p99", meters.percentile(waits, 0.99) * 1000, "ms")
    yield Figure("web CPU per report", (meters.cpu(product.web) - before) / asked * 1000, "ms")
    await _until(lambda: _number(product, _UNFINISHED) == 0, 120)
    yield Figure("until no case of them waits for the worker", time.monotonic() - began - took, "s")


def _offer(product: Product, uids: Sequence[str], asked: int) -> list[tuple[int, float]]:
    """Status of each report and seconds from when it was due; never more than `RATE` a second."""
    own, began, numbers = local(), time.monotonic(), count()

    def make(_: int) -> tuple[int, float]:
        number = next(numbers)
        due = began + number / RATE
        time.sleep(max(0, due - time.monotonic()))
        reporter, turn = FIRST + number % REPORTERS, number // REPORTERS
        subject = FIRST + (number + 1 + turn) % REPORTERS
        if not hasattr(own, "caller"):
            own.caller = _Caller(product)
        body = {"policy": "spam"}
        status: int = own.caller.send(product.sessions[reporter], f"/api/v1/people/{uids[subject]}/reports/", body)
        return status, time.monotonic() - due

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(make, range(asked)))


class _Caller:
    """One kept connection to the web tier."""

    def __init__(self, product: Product) -> None:
        self._connection = HTTPConnection("127.0.0.1", product.port, timeout=30)
        self._url = product.url

    def send(self, cookie: str, path: str, body: Mapping[str, Any]) -> int:
        """The status of a request to the API."""
        return self._post(cookie, path, json.dumps(body), "application/json")

    def submit(self, cookie: str, path: str, fields: Mapping[str, str]) -> None:
        """Nothing: a form was sent, and taken. Raises `RuntimeError`."""
        status = self._post(cookie, path, urlencode(fields), "application/x-www-form-urlencoded")
        if status != 302:
            raise RuntimeError("the form was not taken", path, status)

    def _post(self, cookie: str, path: str, body: str, kind: str) -> int:
        headers = {
            "Cookie": f"{cookie}; csrftoken={_CSRF}",
            "X-CSRFToken": _CSRF,
            "Referer": self._url,
            "Content-Type": kind,
        }
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def _number(product: Product, query: str) -> int:
    with closing(sqlite3.connect(f"file:{_database(product)}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute(query).fetchone()[0])


def _column(product: Product, query: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{_database(product)}?mode=ro", uri=True, timeout=30)) as database:
        return [value for (value,) in database.execute(query)]


def _database(product: Product) -> Path:
    return Path(product.settings["STOA_DATA"]) / "stoa.sqlite3"


async def _until(condition: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # it is another process that is waited for
            await asyncio.sleep(0.05)
