"""The settings, read by a process of its own, as each of ours does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.flows.stack import ROOT

KEY = "k" * 50


def load(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "STOA_DATA": "/nowhere", "SECRET_KEY": KEY, **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def value(expression: str, **variables: str) -> str:
    done = load("-c", f"from config import settings; print({expression})", **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("STOA_HTTP_PORT", "eighty"),
        ("STOA_HTTP_HOST", "localhost"),
        ("STOA_UDP_PORT", "0"),
        ("STOA_UDP_HOST", "any"),
        ("STOA_PUBLIC_IP", "stoa.example.org"),
        ("STOA_SFU_PROCESSES", "0"),
        ("STOA_ROOM_SIZE", "many"),
        ("STOA_PROFILE", "secret"),
        ("STOA_TRUSTED_PROXIES", "everyone"),
        ("STOA_WITNESSES", "https://witness.example"),
        ("STOA_LOG_STREAM", "https://siem.example/in, siem.example"),
        ("STOA_LOG_STREAM", "https://siem.example/in Bearer a, https://siem.example/in Bearer b"),
        ("PUBLIC_URL", "stoa.example.org"),
        ("PUBLIC_URL", "https://stoa.example.org/rooms"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://stoa.example.org?a=b"),
        ("PUBLIC_URL", "https://stoa.example.org#top"),
        ("PUBLIC_URL", "https://me:secret@stoa.example.org"),
        ("PUBLIC_URL", "https://stoa.example.org,stoa.example"),
        ("ALLOWED_HOSTS", "https://stoa.example.org"),
        ("DATABASE_URL", "mysql://localhost/stoa"),
        ("DATABASE_URL", "postgres://localhost"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL_FILE", "/nowhere"),
        ("STOA_NODE", "two words"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("TURN_URLS", "turn:turn.example.org"),
        ("STOA_WORDS", "/nowhere"),
        ("STOA_WORDS", sys.executable),
    ],
)
def test_a_wrong_value_stops_every_process_with_one_line_that_names_it(name: str, wrong: str) -> None:
    done = load("-c", "import config.settings", **{name: wrong})
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("TURN_SECRET " if name == "TURN_URLS" else f"{name} ")


@pytest.mark.parametrize("wrong", ["turn:", "turn:?transport=udp", "http://turn.example.org"])
def test_an_address_that_is_no_turn_server_s_is_refused_by_name(wrong: str) -> None:
    done = load("-c", "import config.settings", TURN_URLS=wrong, TURN_SECRET="shared")
    assert (done.returncode, done.stderr.split()[0]) == (1, "TURN_URLS")


def test_ports_beyond_the_last_one_are_refused_by_name() -> None:
    done = load("-c", "import config.settings", STOA_UDP_PORT="65534", STOA_SFU_PROCESSES="3")
    assert (done.returncode, done.stderr.split()[0]) == (1, "STOA_UDP_PORT")
    assert value("settings.STOA_UDP_PORT", STOA_UDP_PORT="65534", STOA_SFU_PROCESSES="2") == "65534"


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("-m", "daphne", "config.asgi:application"),
        ("-m", "celery", "-A", "config.celery", "beat"),
    ],
)
def test_commands_the_web_and_celery_say_it_in_one_line_too(command: tuple[str, ...]) -> None:
    done = load(*command, SECRET_KEY="short")
    assert (done.returncode, done.stderr) == (1, "SECRET_KEY must be 50 characters or longer\n")


def test_the_environment_alone_is_enough() -> None:
    assert value("settings.DATABASES['default']['NAME']") == "/nowhere/stoa.sqlite3"
    assert value("settings.REDIS_URL") == "unix:///nowhere/valkey.sock"


def test_celery_speaks_to_the_same_redis_in_its_own_spelling() -> None:
    assert value("settings.CELERY_BROKER_URL") == "redis+socket:///nowhere/valkey.sock?virtual_host=0"
    url = "redis://:password@cache:6379/2"
    assert value("settings.CELERY_BROKER_URL", REDIS_URL=url) == url


@pytest.mark.parametrize(
    ("query", "told"),
    [("", "{'ssl_cert_reqs': 'required'}"), ("?ssl_ca_certs=/ours.crt", "{'ssl_ca_certs': '/ours.crt'}")],
)
def test_celery_trusts_no_redis_whose_certificate_it_cannot_check(query: str, told: str) -> None:
    """Where nothing is said of it, redis-py checks."""
    asked = "from config.celery import app; print(app.connection_for_write().ssl)"
    done = load("-c", asked, REDIS_URL=f"rediss://:password@cache:6379/2{query}")
    assert (done.stdout.strip(), done.stderr) == (told, "")


def test_a_database_url_with_a_socket_folder_reaches_postgresql() -> None:
    url = "postgres://stoa:p%40ss@/stoa?host=/run/postgresql"
    assert value("settings.DATABASES['default']['OPTIONS']['host']", DATABASE_URL=url) == "/run/postgresql"
    assert value("settings.DATABASES['default']['PASSWORD']", DATABASE_URL=url) == "p@ss"


def test_https_brings_secure_cookies_a_redirect_and_strict_transport() -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    expression = f"[bool(getattr(settings, name)) for name in {names}]"
    assert value(expression, PUBLIC_URL="https://stoa.example.org") == "[True, True, True, True]"
    assert value(expression) == "[False, False, False, False]"


def test_the_public_host_and_this_machine_are_allowed_and_nobody_else() -> None:
    found = value("settings.ALLOWED_HOSTS", PUBLIC_URL="https://stoa.example.org")
    assert found == "['stoa.example.org', 'localhost', '127.0.0.1', '[::1]']"


def test_an_ipv6_address_is_a_host_like_any_other() -> None:
    found = value("settings.PUBLIC_HOST, settings.ALLOWED_HOSTS[0]", PUBLIC_URL="http://[2001:DB8::1]:8000/")
    assert found == "2001:db8::1 [2001:db8::1]"


def test_nothing_is_left_to_say_before_deployment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("".join(map(chr, range(33, 123))))
    done = load(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"), PUBLIC_URL="https://stoa.example.org",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


MANUAL = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
NAMED = {name for row in re.findall(r"^\| (`.*?) \|", MANUAL, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_every_variable_that_is_read_stands_in_the_manual_and_no_other_does() -> None:
    source = "".join((ROOT / name).read_text("utf-8") for name in ("config/settings.py", "rooms/sfu/settings.py"))
    read = re.findall(r'(?:env\.\w+|_value|_number|_addresses)\((?:environment, )?\s*"([A-Z_]+)"', source)
    assert set(read) == NAMED


def test_no_constant_of_ours_passes_for_a_variable_that_somebody_reads() -> None:
    assert {name for name in dir(settings) if name.startswith("STOA_")} <= NAMED
