"""The witness: a small program of somebody else's that cosigns checkpoints, and never two histories of one log.

    python -m moderation.audit.witness --folder FOLDER --port PORT --log VKEY

It speaks C2SP tlog-witness, and holds a key of its own and, of each log, the last checkpoint it cosigned. It needs this
package's `verify.py` and the `cryptography` library, no Django and no database, and belongs on a machine that the log's
operator cannot write to. A checkpoint that contradicts what it cosigned before is refused, and kept as evidence.
"""

import argparse
import base64
import fcntl
import hashlib
import logging
import os
import re
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moderation.audit import verify
from moderation.audit.verify import WITNESS_KEY, Checkpoint, Fault, Key, Refused, Signature

MOST_HASHES = 63
BODY_SIZE = verify.NOTE_SIZE + 64 * (MOST_HASHES + 1)
MOST_EVIDENCE = 1000
PATIENCE = 10.0  # seconds that a client may keep us waiting
SIZE_TYPE = "text/x.tlog.size"

_log = logging.getLogger("witness")


@dataclass(frozen=True, slots=True)
class Request:
    """What a log asks for: its new checkpoint, and the proof that it continues the tree of size `old`."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """The request in the body of an add-checkpoint call."""
        head, blank, checkpoint = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            first, lines = "", []
        if not blank or not first.startswith("old ") or len(lines) > MOST_HASHES:
            raise Refused(Fault.MALFORMED, "old size, proof, an empty line and a checkpoint are needed")
        proof = tuple(map(verify.unbase64, lines))
        if any(len(node) != verify.HASH_SIZE for node in proof):
            raise Refused(Fault.MALFORMED, "a hash of the proof has 32 bytes")
        return cls(verify.parse_size(first[4:]), proof, checkpoint)

    def __bytes__(self) -> bytes:
        lines = (base64.b64encode(node) + b"\n" for node in self.proof)
        return b"old %d\n%b\n%b" % (self.old, b"".join(lines), self.checkpoint)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says."""

    status: HTTPStatus
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


class Witness:
    """The witness that keeps its key and its memory in `folder`, for the logs that sign with `keys`."""

    def __init__(self, folder: Path, keys: Iterable[Key], name: str = "stoa-witness") -> None:
        self._folder, self._guard = folder, Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # two processes would each remember half
        self._private, self.key = _own_key(folder / "key", name)
        self._keys: dict[str, list[Key]] = {}
        for key in keys:
            self._keys.setdefault(key.name, []).append(key)
        self._latest = {origin: self._remembered(origin) for origin in self._keys}

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def add_checkpoint(self, body: bytes, now: float) -> Answer:
        """The answer to an add-checkpoint call: a cosignature, once the checkpoint is kept on disk."""
        try:
            request = Request.parse(body)
            checkpoint = verify.parse_checkpoint(request.checkpoint)
        except Refused as refused:
            return Answer(HTTPStatus.BAD_REQUEST, f"{refused}\n")
        if checkpoint.origin not in self._keys:
            return Answer(HTTPStatus.NOT_FOUND, "this witness does not know that log\n")
        try:
            signed = verify.verified(checkpoint.note, self._keys[checkpoint.origin])
        except Refused as refused:
            return Answer(HTTPStatus.FORBIDDEN, f"{refused}\n")
        if request.old > checkpoint.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
        known = {(one.key.name, one.key.key_id) for one in signed}
        genuine = tuple(one for one in checkpoint.note.signatures if (one.name, one.key_id) in known)
        with self._guard:
            return self._compared(request, checkpoint, genuine, int(now))

    def latest(self, origin_hash: str) -> Answer:
        """The checkpoint last cosigned for the log whose origin has this SHA-256, with both signatures."""
        with self._guard:
            for origin, checkpoint in self._latest.items():
                if checkpoint and hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                    return Answer(HTTPStatus.OK, str(checkpoint.note))
        return Answer(HTTPStatus.NOT_FOUND, "nothing was cosigned for that log\n")

    def _compared(self, request: Request, new: Checkpoint, genuine: tuple[Signature, ...], now: int) -> Answer:
        """The answer to a genuine checkpoint: does it continue the one that was cosigned last?"""
        latest = self._latest[new.origin]
        size, root = (latest.size, latest.root) if latest else (0, verify.EMPTY_ROOT)
        if request.old != size:
            return Answer(HTTPStatus.CONFLICT, f"{size}\n", SIZE_TYPE)
        if size == new.size and root != new.root:
            self._keep_evidence(new)
            return Answer(HTTPStatus.CONFLICT, "this witness cosigned another root of that size\n")
        try:
            verify.check_consistency(size, root, new.size, new.root, request.proof)
        except Refused as refused:
            self._keep_evidence(new)
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, f"{refused}\n")
        message = verify.cosigned_message(new.note.text.encode(), now)
        cosignature = Signature(self.key.name, self.key.key_id, now.to_bytes(8, "big") + self._private.sign(message))
        note = verify.Note(new.note.text, (*genuine, cosignature))
        _write(self._path(new.origin), str(note).encode())
        self._latest[new.origin] = Checkpoint(new.origin, new.size, new.root, note)
        return Answer(HTTPStatus.OK, str(cosignature))

    def _remembered(self, origin: str) -> Checkpoint | None:
        """What was cosigned last, kept on disk; a damaged memory stops the start, since forgetting is a way to lie."""
        path = self._path(origin)
        if not path.exists():
            return None
        checkpoint = verify.parse_checkpoint(path.read_bytes())
        verify.verified(checkpoint.note, [self.key])
        return checkpoint

    def _path(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()

    def _keep_evidence(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint that the log signed and that contradicts the one on disk."""
        _log.error("%r signed a checkpoint of size %d that is another history", checkpoint.origin, checkpoint.size)
        folder = self._folder / "evidence"
        folder.mkdir(exist_ok=True)
        if sum(1 for _ in folder.iterdir()) < MOST_EVIDENCE:
            _write(folder / f"{checkpoint.size}-{checkpoint.root.hex()}", str(checkpoint.note).encode())


def _own_key(path: Path, name: str) -> tuple[Ed25519PrivateKey, Key]:
    """The witness's key, made at the first start; the file has the form of Go's notes, `PRIVATE+KEY+name+id+base64`."""
    if not path.exists():
        private = Ed25519PrivateKey.generate()
        key = _public(private, name)
        material = base64.b64encode(bytes([WITNESS_KEY]) + private.private_bytes_raw()).decode()
        _write(path, f"PRIVATE+KEY+{name}+{key.key_id.hex()}+{material}\n".encode())
    match = re.fullmatch(r"PRIVATE\+KEY\+([^+]+)\+[0-9a-f]{8}\+(\S+)\n", path.read_text())
    seed = verify.unbase64(match[2]) if match else b""
    if not match or len(seed) != 33 or seed[0] != WITNESS_KEY:
        raise Refused(Fault.MALFORMED, "this is not a witness's key", str(path))
    private = Ed25519PrivateKey.from_private_bytes(seed[1:])
    return private, _public(private, match[1])


def _public(private: Ed25519PrivateKey, name: str) -> Key:
    """The public half under this name; refused if it is not a name for a key."""
    return verify.parse_key(str(Key(name, WITNESS_KEY, private.public_key().public_bytes_raw())))


def _write(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that after a power cut there is the old file or the new one, and nothing else."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = PATIENCE
    witness: ClassVar[Witness]

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,9}", length, re.ASCII):
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > BODY_SIZE:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self.path != "/add-checkpoint":
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            self._send(self.witness.add_checkpoint(self.rfile.read(int(length)), time.time()))

    def do_GET(self) -> None:
        """Answer with the latest checkpoint of a log: `/<SHA-256 of its origin>/checkpoint`."""
        match = re.fullmatch(r"/([0-9a-f]{64})/checkpoint", self.path)
        self._send(self.witness.latest(match[1]) if match else Answer(HTTPStatus.NOT_FOUND, "not found\n"))

    def log_message(self, template: str, *arguments: object) -> None:
        """Log a request in one line of printable letters."""
        _log.info("%s %r", self.address_string(), template % arguments)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without having read the body, and hang up, since what follows on the line is not a request."""
        self.close_connection = True
        self._send(Answer(status, f"{status.phrase}\n"))

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """The witness on the network: a client that hangs keeps nobody else from being answered."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, type("Handler", (Handler,), {"witness": witness}))

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - http.server calls it
        """Log that a connection broke."""
        _log.warning("connection from %s ended: %r", client_address, sys.exception())


def main() -> None:
    """Run until interrupted; prints the key that verifiers need."""
    parser = argparse.ArgumentParser(description="Cosigns checkpoints of logs, and never two histories of one.")
    parser.add_argument("--folder", type=Path, required=True, help="where its key and its memory are kept")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--name", default="stoa-witness", help="its name, a host and path, for the key's first making")
    parser.add_argument("--log", action="append", required=True, help="a log's key; once more for each further key")
    options = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    try:
        witness = Witness(options.folder, map(verify.parse_key, options.log), options.name)
    except (Refused, OSError) as error:
        sys.exit(f"witness: {error}")
    with Server((options.host, options.port), witness) as server, suppress(KeyboardInterrupt):
        sys.stdout.write(f"{witness.key}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
