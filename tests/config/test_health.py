import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client
from pytest_django.fixtures import Settings

from config import health
from rooms import media, process
from rooms.sfu import messages

READY = {"ok": True, "database": True, "migrations": True, "log": True, "redis": True, "media": True, "jobs": True}


@pytest.fixture
def _media(monkeypatch: pytest.MonkeyPatch) -> None:
    async def heard() -> str:
        return ""

    monkeypatch.setattr(health, "media", heard)


@pytest.fixture
async def own() -> AsyncIterator[process.Process]:
    """The web process's parts."""
    yield process.here()
    await process.here().stop()
    await sync_to_async(connections.close_all)()


def alive(**other: object) -> str:
    return messages.dump(replace(messages.Alive("test-0", "epoch", peers=0, draining=False, rooms={}), **other))  # type: ignore[arg-type]  # any field


def test_alive_depends_on_nothing(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    assert client.get("/healthz").json() == {"ok": True}  # and without the database mark, a query would raise


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media", "own")
async def test_ready_when_all_that_is_needed_is_there(async_client: AsyncClient) -> None:
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, READY)


@pytest.mark.django_db(transaction=True)
async def test_a_media_process_is_there_once_it_was_heard(async_client: AsyncClient, own: process.Process) -> None:
    own.media.take(alive())
    assert (await async_client.get("/readyz")).json()["media"] is True


@pytest.mark.django_db(transaction=True)
async def test_not_ready_without_a_media_process_and_it_is_named(
    async_client: AsyncClient, own: process.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "ANSWER_WITHIN", 0.01)
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.json()["media"]) == (503, "no media process")


@pytest.mark.django_db(transaction=True)
async def test_one_that_fell_silent_is_not_there_although_it_listens(
    async_client: AsyncClient, own: process.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own.bus.subscribe(messages.orders_channel("test-0"), lambda _: None)
    own.media.take(alive())
    monkeypatch.setattr(media, "DEAD_AFTER", -1.0)
    own.media.tick(0)
    assert (await async_client.get("/readyz")).json()["media"] == "no media process"


@pytest.mark.django_db(transaction=True)
async def test_one_that_takes_nobody_new_is_not_enough(async_client: AsyncClient, own: process.Process) -> None:
    own.media.take(alive(draining=True))
    assert (await async_client.get("/readyz")).json()["media"] == "no media process"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media")
async def test_not_ready_while_a_job_falls_again_and_again_and_it_is_named(
    async_client: AsyncClient, own: process.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own.jobs, "falling", lambda: ["hub", "ticks"])
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.json()["jobs"]) == (503, "falling: hub, ticks")
    assert (await async_client.get("/healthz")).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media", "own")
async def test_whoever_asks_within_the_second_has_the_answer_of_who_asked_first(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def database() -> str:
        asked.append("database")
        return f"asked {len(asked)} times"

    monkeypatch.setattr(health, "CHECKS", {"database": database})
    answers = await asyncio.gather(*(async_client.get("/readyz") for _ in range(20)))
    assert {(answer.status_code, answer.json()["database"]) for answer in answers} == {(503, "asked 1 times")}
    health._rounds[asyncio.get_running_loop()].until -= health.LASTS
    assert (await async_client.get("/readyz")).json()["database"] == "asked 2 times"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media", "own")
async def test_whoever_hangs_up_neither_ends_the_checks_nor_has_them_begun_anew(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    begun, answers = threading.Event(), threading.Event()

    def database() -> str:
        asked.append("database")
        begun.set()
        answers.wait(20)
        return f"asked {len(asked)} times"

    monkeypatch.setattr(health, "CHECKS", {"database": database})
    monkeypatch.setattr(health, "LASTS", 60.0)
    hasty = asyncio.create_task(async_client.get("/readyz"))
    assert await asyncio.to_thread(begun.wait, 20)
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    answers.set()
    assert (await async_client.get("/readyz")).json()["database"] == "asked 1 times"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media", "own")
async def test_not_ready_without_redis_and_it_is_named(async_client: AsyncClient, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, "ConnectionError")


@pytest.mark.django_db
def test_the_migrations_that_wait_are_counted() -> None:
    assert health.CHECKS["migrations"]() == ""
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(*latest)
    assert health.CHECKS["migrations"]() == "1 not applied"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_media", "own")
async def test_not_ready_without_the_database_and_it_is_named(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> str:
        raise DatabaseError

    monkeypatch.setattr(health, "CHECKS", {**health.CHECKS, "database": away})
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "DatabaseError")


def test_the_version_is_the_project_s(client: Client) -> None:
    assert client.get("/version").json() == {"version": django_settings.VERSION}


@pytest.mark.django_db
def test_metrics_are_for_this_machine(client: Client) -> None:
    answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1")
    assert answer.status_code == 200
    assert b"process_cpu_seconds_total" in answer.content


@pytest.mark.parametrize("token", ["", "secret"])
def test_metrics_are_refused_to_strangers(client: Client, settings: Settings, token: str) -> None:
    settings.STOA_METRICS_TOKEN = token
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}):
        assert client.get("/metrics", REMOTE_ADDR="192.0.2.1", headers=headers).status_code == 403


def test_metrics_are_refused_to_whoever_comes_through_a_proxy_we_do_not_know(client: Client) -> None:
    answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status_code == 403


@pytest.mark.django_db
def test_metrics_are_given_to_whoever_bears_the_token(client: Client, settings: Settings) -> None:
    settings.STOA_METRICS_TOKEN = "secret"
    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.1", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 200
