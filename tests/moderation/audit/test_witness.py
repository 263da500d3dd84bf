"""The witness: what it cosigns, what it refuses with which status, what it remembers, over HTTP and under fuzz."""

import hashlib
import http.client
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.note import Signer
from moderation.audit.verify import Refused
from moderation.audit.witness import BODY_SIZE, Request, Server, Witness
from tests.moderation.audit.logs import LOG, STRANGER, Log

NOW = 1_790_000_000.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def eve(folder: Path) -> Iterator[Witness]:
    """The witness."""
    it = Witness(folder, [LOG.key], "witness.example/w1")
    yield it
    it.close()


@pytest.fixture
def log() -> Log:
    return Log().grow(*(b"%d" % number for number in range(5)))


def asked(log: Log, old: int = 0, proof: list[bytes] | None = None) -> bytes:
    return bytes(Request(old, tuple(log.consistency(old) if proof is None else proof), log.checkpoint()))


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_first_checkpoint_is_cosigned_at_this_moment(eve: Witness, log: Log) -> None:
    answer = eve.add_checkpoint(asked(log), NOW)
    assert answer.status == HTTPStatus.OK
    note = verify.parse_note(log.checkpoint() + answer.body.encode())
    assert [(one.key, one.time) for one in verify.verified(note, [eve.key])] == [(eve.key, int(NOW))]


def test_a_checkpoint_that_continues_the_last_one_is_cosigned(eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    assert eve.add_checkpoint(asked(log.grow(b"a", b"b"), old=5), NOW).status == HTTPStatus.OK


def test_the_same_checkpoint_is_cosigned_again(eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    assert eve.add_checkpoint(asked(log, old=5), NOW + 9).status == HTTPStatus.OK


def test_a_stale_size_is_answered_with_409_and_the_size_last_cosigned(eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    answer = eve.add_checkpoint(asked(log.grow(b"a"), old=3), NOW)
    assert (answer.status, answer.body, answer.kind) == (HTTPStatus.CONFLICT, "5\n", "text/x.tlog.size")


def test_who_does_not_know_the_size_learns_it_by_asking_with_zero(eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    assert eve.add_checkpoint(asked(log.grow(b"a"), old=0), NOW).body == "5\n"


def test_another_root_of_the_same_size_is_answered_with_409_and_kept_as_evidence(
    eve: Witness, log: Log, folder: Path
) -> None:
    eve.add_checkpoint(asked(log), NOW)
    forged = Log().grow(*[b"forged"] * 5)
    answer = eve.add_checkpoint(asked(forged, old=5), NOW)
    assert (answer.status, answer.kind) == (HTTPStatus.CONFLICT, "text/plain; charset=utf-8")
    [evidence] = (folder / "evidence").iterdir()
    assert verify.open_checkpoint(evidence.read_bytes(), [LOG.key]).root == forged.root()


def test_a_bad_proof_is_answered_with_422_and_nothing_changed(eve: Witness, log: Log, folder: Path) -> None:
    eve.add_checkpoint(asked(log), NOW)
    before = state(folder)
    forged = Log().grow(*[b"forged"] * 9)
    for proof in (forged.consistency(5), [], [bytes(32)] * 63, log.grow(b"a").consistency(5)):
        assert eve.add_checkpoint(asked(forged, 5, proof), NOW).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert state(folder) == before


def test_a_proof_from_nothing_must_be_empty(eve: Witness, log: Log) -> None:
    assert eve.add_checkpoint(asked(log, 0, [bytes(32)]), NOW).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_old_size_beyond_the_checkpoint_is_a_bad_request(eve: Witness, log: Log) -> None:
    assert eve.add_checkpoint(asked(log, 6, []), NOW).status == HTTPStatus.BAD_REQUEST


def test_an_unknown_log_is_answered_with_404(eve: Witness) -> None:
    other = Log(Signer("other.example/log", LOG.private)).grow(b"a")
    assert eve.add_checkpoint(asked(other), NOW).status == HTTPStatus.NOT_FOUND


def test_a_signature_by_another_key_is_answered_with_403(eve: Witness, folder: Path) -> None:
    before = state(folder)
    assert eve.add_checkpoint(asked(Log(STRANGER).grow(b"a")), NOW).status == HTTPStatus.FORBIDDEN
    assert state(folder) == before


def test_a_false_signature_under_the_logs_own_key_is_answered_with_403(eve: Witness, log: Log) -> None:
    body = asked(log).replace(b"\n5\n", b"\n6\n")
    assert eve.add_checkpoint(body, NOW).status == HTTPStatus.FORBIDDEN


def test_signatures_of_keys_it_does_not_know_are_ignored_and_not_kept(eve: Witness, log: Log, folder: Path) -> None:
    stranger = Log(STRANGER, log.leaves).checkpoint().rpartition(b"\n\n")[2]
    assert eve.add_checkpoint(asked(log) + stranger, NOW).status == HTTPStatus.OK
    kept = (folder / hashlib.sha256(LOG.name.encode()).hexdigest()).read_bytes()
    assert {one.key_id for one in verify.parse_note(kept).signatures} == {LOG.key.key_id, eve.key.key_id}


@pytest.mark.parametrize(
    "mangle",
    [
        lambda body: body[1:],
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"old  0"),
        lambda body: body.replace(b"old 0\n", b"old 0\r\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * 64),
        lambda body: body.replace(b"\n\n", b"\n", 1),
        lambda body: body[:-1],
        lambda _: b"",
    ],
)
def test_a_malformed_request_is_answered_with_400(eve: Witness, log: Log, mangle: Callable[[bytes], bytes]) -> None:
    assert eve.add_checkpoint(mangle(asked(log)), NOW).status == HTTPStatus.BAD_REQUEST


def test_it_remembers_after_a_restart(folder: Path, eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    eve.close()
    again = Witness(folder, [LOG.key])
    assert again.key == eve.key
    assert again.add_checkpoint(asked(Log().grow(*[b"forged"] * 9)), NOW).body == "5\n"
    again.close()


def test_what_it_cosigned_is_on_disk_before_it_answers(
    folder: Path, eve: Witness, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            eve.add_checkpoint(asked(log), NOW)
    assert eve.latest(hashlib.sha256(LOG.name.encode()).hexdigest()).status == HTTPStatus.NOT_FOUND
    assert eve.add_checkpoint(asked(log), NOW).status == HTTPStatus.OK


def test_a_damaged_memory_stops_the_start(folder: Path, eve: Witness, log: Log) -> None:
    eve.add_checkpoint(asked(log), NOW)
    eve.close()
    path = folder / hashlib.sha256(LOG.name.encode()).hexdigest()
    path.write_bytes(path.read_bytes().replace(b"\n5\n", b"\n4\n"))
    with pytest.raises(Refused):
        Witness(folder, [LOG.key])


def test_a_second_process_does_not_share_its_folder(folder: Path, eve: Witness) -> None:
    with pytest.raises(BlockingIOError):
        Witness(folder, [LOG.key])


def test_its_key_is_for_its_owner_alone(folder: Path, eve: Witness) -> None:
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert (folder / "key").read_text().startswith(f"PRIVATE+KEY+witness.example/w1+{eve.key.key_id.hex()}+")


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_name_that_is_none_for_a_key_is_refused_and_no_key_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        Witness(tmp_path, [LOG.key], name)
    assert not (tmp_path / "key").exists()


def test_two_keys_of_a_log_that_changes_its_key_are_both_known(folder: Path) -> None:
    it = Witness(folder, [LOG.key, STRANGER.key])
    assert it.add_checkpoint(asked(Log().grow(b"a")), NOW).status == HTTPStatus.OK
    assert it.add_checkpoint(asked(Log(STRANGER).grow(b"a", b"b"), old=1), NOW).status == HTTPStatus.OK
    it.close()


BODY = asked(Log().grow(*[b"forged"] * 9), 5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300)
    | st.tuples(st.integers(0, len(BODY)), st.binary(max_size=3)).map(
        lambda cut: BODY[: cut[0]] + cut[1] + BODY[cut[0] + 1 :]
    )
)
def test_whatever_it_is_sent_it_refuses_and_remembers_what_it_knew(eve: Witness, body: bytes) -> None:
    known = Log().grow(*(b"%d" % number for number in range(5)))
    eve.add_checkpoint(asked(known), NOW)
    answer = eve.add_checkpoint(body, NOW)
    assert HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    assert eve.add_checkpoint(asked(known, 5), NOW).status == HTTPStatus.OK


@pytest.fixture
def port(eve: Witness) -> Iterator[int]:
    with Server(("127.0.0.1", 0), eve) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class TestHttp:
    def test_a_checkpoint_is_posted_and_then_read_back_on_one_connection(self, port: int, log: Log) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("POST", "/add-checkpoint", asked(log))
        answer = connection.getresponse()
        line = answer.read()
        assert (answer.status, line[:5]) == (200, "— w".encode())
        connection.request("GET", f"/{hashlib.sha256(LOG.name.encode()).hexdigest()}/checkpoint")
        assert connection.getresponse().read() == log.checkpoint() + line
        connection.close()

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("POST", "/other", {"Content-Length": "0"}, 404),
            ("POST", "/add-checkpoint", {"Transfer-Encoding": "chunked"}, 411),
            ("POST", "/add-checkpoint", {"Content-Length": "-1"}, 411),
            ("POST", "/add-checkpoint", {"Content-Length": str(BODY_SIZE + 1)}, 413),
            ("GET", "/", {}, 404),
            ("GET", "/" + "0" * 64 + "/checkpoint", {}, 404),
            ("PUT", "/add-checkpoint", {}, 501),
        ],
    )
    def test_anything_else_is_refused(
        self, port: int, method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.putrequest(method, path)
        for header in headers.items():
            connection.putheader(*header)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()


def test_it_runs_without_django_and_the_rest_of_us_and_prints_its_key(tmp_path: Path) -> None:
    code = "import sys, moderation.audit.witness; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    source, copy = Path(verify.__file__).parent, tmp_path / "moderation/audit"
    copy.mkdir(parents=True)
    for name in ("__init__.py", "verify.py", "witness.py"):
        shutil.copy(source / name, copy)
    command = [sys.executable, "-m", "moderation.audit.witness", "--folder", str(tmp_path / "eve"), "--port", "0"]
    with subprocess.Popen([*command, "--log", str(LOG.key)], stdout=subprocess.PIPE, cwd=tmp_path) as it:
        assert it.stdout is not None
        line = it.stdout.readline().decode().strip()
        it.terminate()
    assert verify.parse_key(line).name == "stoa-witness"
