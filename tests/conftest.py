"""What every test may use: the cast, and real servers where a test asks for one."""

import subprocess
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

import tests.audit_triggers  # noqa: F401  # empties the insert-only log between transactional tests
from config import catalog, valkey
from tests.settings import PRIVATE_VALKEY, VALKEY


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    catalog.compile_all(settings.BASE_DIR / "locale")


@pytest.fixture(scope="session", autouse=True)
def _valkey() -> Iterator[None]:
    """A real Valkey for the whole run, unless REDIS_URL names another."""
    if not PRIVATE_VALKEY:
        yield
        return
    VALKEY.mkdir(exist_ok=True)
    with subprocess.Popen(valkey.command(VALKEY)) as server:
        valkey.wait_until_ready(VALKEY)
        yield
        server.terminate()


@pytest.fixture(autouse=True)
def _empty_valkey(request: pytest.FixtureRequest) -> None:
    """No counter or message of an earlier test is left for one that uses the database."""
    if request.node.get_closest_marker("django_db"):
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.flushall()
