"""A running log, its witness and its receipts, read by a verifier that is none of ours: the one of the `go` command."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from moderation.audit import verify
from moderation.audit.witness import Request
from tests.flows import stack
from tests.flows.stack import Stoa, fetch, until
from tests.golden import go
from tests.moderation.audit.logs import WITNESS_KEY, cosignature

pytestmark = [pytest.mark.server, pytest.mark.timeout(180), go.needed]
WAIT = 30  # seconds, on a busy machine


@dataclass
class Recorder:
    """A witness that signs whatever it is shown, and keeps each request and its answer as they went by."""

    seen: list[tuple[bytes, str]] = field(default_factory=list)

    def answer(self, body: bytes) -> bytes:
        text = verify.parse_note(Request.parse(body).checkpoint).text
        line = cosignature(text, int(time.time()))
        self.seen.append((body, line))
        return line.encode()


@pytest.fixture
def recorder() -> Iterator[tuple[Recorder, int]]:
    """The witness, and the port that it hears at."""
    kept = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            line = kept.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(line)))
            self.end_headers()
            self.wfile.write(line)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield kept, server.server_address[1]
        server.shutdown()
        thread.join()


def published(stoa: Stoa, witness: Recorder, times: int) -> str | None:
    """The checkpoint that everybody is shown, once it is the one that the witness signed last, of so many."""
    status, text = fetch("GET", f"{stoa.url}/audit/checkpoint", {})
    newest = len(witness.seen) >= times and "".join(signed(*witness.seen[-1]))
    return str(text) if status == 200 and text == newest else None


def signed(body: bytes, line: str) -> tuple[str, str]:
    """What the log signed, and the witness's line under it."""
    return Request.parse(body).checkpoint.decode(), line


def test_go_reads_the_checkpoints_and_proofs_of_a_running_log(
    recorder: tuple[Recorder, int], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    witness, port = recorder
    files = tmp_path_factory.mktemp("public")
    check = go.verifier(tmp_path_factory.mktemp("go"))
    with stack.running(tmp_path, STOA_WITNESSES=f"http://127.0.0.1:{port} {WITNESS_KEY}") as stoa:
        stoa.sign_in("rita")
        until("the log is signed", lambda: published(stoa, witness, times=1), WAIT)
        before = len(witness.seen)
        assert stoa.ask("rita", "PATCH", "/api/v1/me/", {"theme": "dark"})[0] == 204
        text = until("it is signed again", lambda: published(stoa, witness, times=before + 1), WAIT)
        request = witness.seen[-1]
        write(files, "entry-3.tlog-proof", stoa.manage("audit", "proof", "3"))
        (key,) = (tmp_path / "data/keys").glob("log-*.vkey")
        write(files, "log.vkey", key.read_text(encoding="utf-8"))
    continued = Request.parse(request[0]).old
    (old,) = (one for one in witness.seen if size(*one) == continued)
    write(files, f"checkpoint-{continued}", "".join(signed(*old)))
    write(files, f"checkpoint-{size(*request)}", text)
    write(files, "add-checkpoint", request[0].decode())
    write(files, "add-checkpoint.answer", request[1])
    write(files, "witness.vkey", f"{WITNESS_KEY}\n")
    assert check(files) == (0, "yes\n", "")
    for name in ("add-checkpoint", "entry-3.tlog-proof", f"checkpoint-{continued}"):
        assert check(forged(files, name, tmp_path / name))[0] == 2, name


def size(body: bytes, _line: str) -> int:
    return verify.parse_checkpoint(Request.parse(body).checkpoint).size


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def forged(files: Path, name: str, to: Path) -> Path:
    """The same files, with another hash in one of them."""
    to.mkdir()
    for file in files.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    lines = (to / name).read_text(encoding="utf-8").split("\n")
    place = next(number for number, line in enumerate(lines) if len(line) == 44)  # 32 bytes in base64
    lines[place] = ("B" if lines[place][0] == "A" else "A") + lines[place][1:]
    (to / name).write_text("\n".join(lines), encoding="utf-8")
    return to
