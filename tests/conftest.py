"""What every test may use: the cast, and real servers where a test asks for one."""

import subprocess
from collections.abc import Iterator

import hypothesis
import pytest
import redis
from django.conf import settings
from django.test import TransactionTestCase

import tests.audit_triggers  # noqa: F401  # empties the insert-only log between transactional tests
from accounts.models import User
from config import catalog, valkey
from tests.settings import PRIVATE_VALKEY, VALKEY

hypothesis.settings.register_profile("stoa", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("stoa")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what may touch the database, which pytest-django keeps from everything else: `make postgres` takes that."""
    asks = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
    case = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    if asks or case or item.get_closest_marker("django_db"):
        item.add_marker("database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, whichever process ran the test."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    figures = [told for report in reports for name, told in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
    for line in figures:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as in life: several threads share it, each with a connection of its own."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        VALKEY.mkdir(exist_ok=True)
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(VALKEY / "test.sqlite3")}


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    catalog.compile_all(settings.BASE_DIR / "locale")
    catalog.write_scripts(settings.BASE_DIR / "locale", dict(settings.LANGUAGES))


@pytest.fixture(scope="session", autouse=True)
def _valkey() -> Iterator[None]:
    """A real Valkey for the whole run, unless REDIS_URL names another."""
    if not PRIVATE_VALKEY:
        yield
        return
    VALKEY.mkdir(exist_ok=True)
    with subprocess.Popen(valkey.command(VALKEY)) as server:
        try:
            valkey.wait_until_ready(VALKEY)
            yield
        finally:
            server.terminate()


@pytest.fixture(autouse=True)
def _empty_valkey(request: pytest.FixtureRequest) -> None:
    """No counter or message of an earlier test is left for one that uses the database."""
    if request.node.get_closest_marker("django_db"):
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.flushall()


@pytest.fixture
def alice(db: None) -> User:
    """Hosts."""
    return _person("Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Speaks."""
    return _person("Bob")


@pytest.fixture
def carol(db: None) -> User:
    """Listens."""
    return _person("Carol")


@pytest.fixture
def mallory(db: None) -> User:
    """Must never get in."""
    return _person("Mallory")


def _person(name: str) -> User:
    return User.objects.create_user(name.lower(), password="seven grey herons wade", display_name=name)
