"""The processes of `compose.yaml`, run apart from the environment alone, with PostgreSQL and Debian's Redis.

No container engine runs here, so the commands and the environment are read from the file and started outside one.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import postgres
from tests.flows.stack import ROOT, fetch, free_port, until

pytestmark = pytest.mark.server

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("web", "sfu", "sealer", "worker", "beat", "prune")
DOTENV = {
    "STOA_DOMAIN": "stoa.example.org",
    "STOA_PUBLIC_IP": "127.0.0.1",
    "SECRET_KEY": "".join(map(chr, range(48, 123))),
    "POSTGRES_PASSWORD": "unused",
    "SERVERS_PASSWORD": "unused",
    "TURN_SECRET": "shared",
}
PROXY = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Client-Port": "50123",
    "X-Forwarded-Proto": "https",
    "Host": "stoa.example.org",
}


def substituted(text: str, values: Mapping[str, str]) -> str:
    """`text` as Compose reads it: ${NAME}, ${NAME:?why}, ${NAME:-default}."""

    def value(match: re.Match[str]) -> str:
        name, _, rest = match[1].partition(":")
        return values[name] if name in values else rest.removeprefix("-")

    return re.sub(r"\$\{([^}]+)\}", value, text)


@dataclass(frozen=True)
class Apart:
    """The running processes, the address of the web tier, and where the database and Redis are."""

    folder: Path
    url: str
    places: Mapping[str, str]

    def environment(self, service: str) -> dict[str, str]:
        """What Compose would give this service, and nothing else, with this machine's addresses put in."""
        given = {
            name: substituted(str(value), DOTENV) for name, value in COMPOSE["services"][service]["environment"].items()
        }
        given |= {name: value for name, value in self.places.items() if name in given}
        return given | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STOA_DATA": str(self.folder / "data"),
        }

    def run(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command with the environment of a service."""
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(service), capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def started(self, service: str, ports: Mapping[str, str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """The service's own command, with its port replaced by a free one."""
        command = [ports.get(word, word) for word in COMPOSE["services"][service]["command"]]
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(service) | more, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)

    def log(self, service: str) -> str:
        """What it has printed so far."""
        return (self.folder / f"{service}.log").read_text()


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Debian's Redis on a free port of this machine."""
    port = free_port(socket.SOCK_STREAM)
    command = ("redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder))
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log) as server:
        try:
            until("Redis answers", lambda: _opens(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _opens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """What the image holds made, migrated once, then every process of ours started as Compose would."""
    folder = tmp_path_factory.mktemp("apart")
    (folder / "data").mkdir(mode=0o700)
    http, tcp = str(free_port(socket.SOCK_STREAM)), str(free_port(socket.SOCK_STREAM))
    udp = str(free_port(socket.SOCK_DGRAM))
    with ExitStack() as stack:
        database = stack.enter_context(postgres.running())
        redis = stack.enter_context(redis_server(folder))
        places = {
            "DATABASE_URL": database.url_of("stoa_app"),
            "DATABASE_OWNER_URL": database.url,
            "REDIS_URL": redis,
            "STOA_TRUSTED_PROXIES": "127.0.0.1/32",
        }
        running = Apart(folder, f"http://127.0.0.1:{http}", places)
        for command in (("python", "manage.py", "assets"), COMPOSE["services"]["migrate"]["command"]):
            made = running.run("migrate", *command)
            assert made.returncode == 0, made.stderr
        for service in ("sfu", "sealer", "worker", "beat", "web"):
            stack.enter_context(running.started(service, {"8000": http}, STOA_UDP_PORT=udp, STOA_TCP_PORT=tcp))
        until("it is ready", lambda: _ready(running), 60)
        yield running


def _ready(apart: Apart) -> bool:
    try:
        return fetch("GET", f"{apart.url}/readyz", {})[0] == 200
    except OSError:
        return False


def first_answer(apart: Apart, path: str, headers: Mapping[str, str]) -> tuple[int, str | None]:
    """Status and Location of the first answer, wherever it points."""
    connection = HTTPConnection(apart.url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()


def test_the_environment_alone_makes_it_ready(apart: Apart) -> None:
    status, parts = fetch("GET", f"{apart.url}/readyz", {})
    assert (status, set(parts.values())) == (200, {True})


def test_the_clock_s_work_reaches_the_worker(apart: Apart) -> None:
    until("the sweep is registered", lambda: "ready." in apart.log("worker"), 30)
    assert "unregistered" not in apart.log("worker") + apart.log("sealer")
    assert "Traceback" not in apart.log("worker") + apart.log("sealer") + apart.log("beat")


def test_plain_http_is_sent_to_https_and_health_is_not(apart: Apart) -> None:
    status, location = first_answer(apart, "/privacy/", {"Host": "stoa.example.org"})
    assert (status, location) == (301, "https://stoa.example.org/privacy/")
    assert fetch("GET", f"{apart.url}/healthz", {})[0] == 200


def test_behind_the_proxy_pages_come_and_figures_do_not(apart: Apart) -> None:
    status, page = fetch("GET", f"{apart.url}/accounts/login/", PROXY)
    assert status == 200
    assert "<form" in page
    assert fetch("GET", f"{apart.url}/metrics", PROXY)[0] == 403


def test_the_log_has_the_address_and_port_the_proxy_saw(apart: Apart) -> None:
    headers = {**PROXY, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://mallory.example"}
    assert first_answer(apart, "/ws/rooms/abc/", headers)[0] == 403
    code = (
        "import json; from tests.log import entry; found = entry(reason='origin');"
        "print(json.dumps([found.address, found.port]))"
    )
    found = apart.run("web", sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code)
    assert json.loads(found.stdout) == ["203.0.113.9", 50123]


def test_the_image_s_health_check_tells_a_running_web_from_none(apart: Apart) -> None:
    check = json.loads(re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    environment = {**apart.environment("web"), "STOA_HTTP_PORT": apart.url.rsplit(":", 1)[1]}
    assert subprocess.run(check, cwd=ROOT, env=environment, timeout=30, check=False).returncode == 0
    environment["STOA_HTTP_PORT"] = str(free_port(socket.SOCK_STREAM))
    assert subprocess.run(check, cwd=ROOT, env=environment, timeout=30, check=False).returncode == 1


def test_what_the_image_is_built_with_runs_here_too(apart: Apart) -> None:
    build = re.findall(r"SECRET_KEY=(\S+) /opt/venv/bin/(python manage.py \S+)$", DOCKERFILE, re.MULTILINE)
    ((key, command),) = build
    environment = {"PATH": apart.environment("web")["PATH"], "SECRET_KEY": key}
    assert subprocess.run(shlex.split(command), cwd=ROOT, env=environment, timeout=120, check=False).returncode == 0


@pytest.mark.parametrize(
    ("service", "name"),
    [
        (service, name)
        for service in OURS
        for name in ("REDIS_URL", "DATABASE_URL", "SECRET_KEY", "STOA_PUBLIC_IP")
        if name in COMPOSE["services"][service]["environment"]
    ],
)
def test_a_bad_value_stops_each_of_them_and_is_named(apart: Apart, service: str, name: str) -> None:
    environment = apart.environment(service) | {name: "nonsense"}
    command = COMPOSE["services"][service]["command"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (1, 2)
    assert done.stderr.strip().split("\n")[-1].startswith(name)
    assert "Traceback" not in done.stderr


def test_every_process_of_ours_is_confined(apart: Apart) -> None:
    for service in ("migrate", *OURS):
        found = COMPOSE["services"][service]
        assert (found["read_only"], found["cap_drop"], found["init"]) == (True, ["ALL"], True), service
    assert "USER stoa" in DOCKERFILE
    media = COMPOSE["services"]["sfu"]
    assert set(media["environment"]) == {"REDIS_URL", "STOA_PUBLIC_IP", "STOA_PROFILE"}
    assert media["volumes"] == ["evidence:/data/evidence"]


def test_every_image_has_a_tag_and_every_secret_must_be_set() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) + [s["image"] for s in COMPOSE["services"].values()]
    assert all(":" in image for image in images)
    text = (ROOT / "compose.yaml").read_text()
    assert all(f"${{{name}:?" in text for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "TURN_SECRET", "STOA_DOMAIN"))


def test_all_that_runs_is_let_into_the_image() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line.startswith("!")}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    packages = {path.split("/")[0] for path in tracked if path.endswith("/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= kept
    assert {"manage.py", "pyproject.toml", "requirements.txt", "static", "templates", "locale"} <= kept
