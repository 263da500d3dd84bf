"""`log/vectors`: a small log written down in the published formats, for any verifier of any language to read.

`log/check.go` reads them with the reference implementation of Go's checksum database; it is run where Go is at hand.
"""

import base64
from pathlib import Path

import pytest

from moderation.audit import verify
from moderation.audit.verify import Trust
from moderation.audit.witness import Request
from tests.golden import go
from tests.moderation.audit.logs import LOG, WITNESS_KEY, Log, cosignature

FOLDER = Path(__file__).parent / "log/vectors"
OLD, SIZE, INDEX, TIME = 5, 9, 3, 1_790_000_000


def leaf(number: int) -> str:
    openings = opened(number)
    commitments = {
        field: verify.commitment(bytes.fromhex(salt), field, value) for field, (salt, value) in openings.items()
    }
    action = ("room.open", "room.join", "member.mute")[number % 3]
    return verify.canonical(
        {
            "action": action,
            "channel": "websocket",
            "commitments": commitments,
            "event": f"{number:032x}",
            "host": "web-1",
            "occurred_at": f"2026-11-25T19:46:{number:02}.123456Z",
            "recorded_at": f"2026-11-25T19:46:{number:02}.223456Z",
            "result": "ok",
            "room": "会议室",
            "schema": 2,
            "severity": "info",
            "version": "0.1.0",
        }
    )


def opened(number: int) -> dict[str, tuple[str, object]]:
    return {"actor": (f"{number:02x}" * 16, f"uid-{number}"), "port": (f"{number + 16:02x}" * 16, 50_000 + number)}


LEAVES = [leaf(number) for number in range(SIZE)]
WHOLE = Log().grow(*(text.encode() for text in LEAVES))


def vectors() -> dict[str, bytes]:
    head = WHOLE.checkpoint()
    line = cosignature(verify.parse_note(head).text, TIME)
    openings = {field: list(pair) for field, pair in opened(INDEX).items()}
    extra = verify.canonical({"leaf": LEAVES[INDEX], "openings": openings}).encode()
    proof = verify.Proof(INDEX, tuple(WHOLE.inclusion(INDEX)), head + line.encode(), extra)
    private = base64.b64encode(bytes([verify.LOG_KEY]) + LOG.private.private_bytes_raw()).decode()
    return {
        "leaves.jsonl": "".join(f"{text}\n" for text in LEAVES).encode(),
        "log.skey": f"PRIVATE+KEY+{LOG.name}+{LOG.key.key_id.hex()}+{private}\n".encode(),
        "log.vkey": f"{LOG.key}\n".encode(),
        "witness.vkey": f"{WITNESS_KEY}\n".encode(),
        "checkpoint-5": WHOLE.checkpoint(OLD),
        "checkpoint-9": head + line.encode(),
        "add-checkpoint": bytes(Request(OLD, tuple(WHOLE.consistency(OLD)), head)),
        "add-checkpoint.answer": line.encode(),
        "entry-3.tlog-proof": str(proof).encode(),
    }


@pytest.mark.parametrize("name", vectors())
def test_the_vectors_are_what_we_write(name: str) -> None:
    assert (FOLDER / name).read_bytes() == vectors()[name]


def test_the_vectors_are_what_we_accept() -> None:
    trust = Trust((verify.parse_key(read("log.vkey").strip()),), (verify.parse_key(read("witness.vkey").strip()),))
    verdict = verify.verify_proof(read("entry-3.tlog-proof").encode(), trust)
    assert (verdict.first, verdict.opened, [one.time for one in verdict.signed]) == (INDEX, 2, [0, TIME])
    old = verify.open_checkpoint(read("checkpoint-5").encode(), trust.keys)
    request = Request.parse(read("add-checkpoint").encode())
    new = verify.open_checkpoint(request.checkpoint, trust.keys)
    verify.check_consistency(old.size, old.root, new.size, new.root, request.proof)


def read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@go.needed
def test_the_reference_implementation_in_go_accepts_them(tmp_path: Path) -> None:
    assert go.verifier(tmp_path)(FOLDER) == (0, "yes\n", "")
