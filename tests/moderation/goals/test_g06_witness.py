"""G6. The witness is a program of its own; rewriting, truncating, rolling back and forking are each found at once."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import cosign, keys, outgoing, sequence, tree, verify
from moderation.audit.cosign import Trouble
from moderation.audit.destinations import Peer
from moderation.audit.models import Checkpoint
from moderation.audit.store import Nodes
from moderation.audit.witness import Request
from tests.flows.stack import free_port
from tests.moderation.audit import forging
from tests.moderation.audit.stored import seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def peer(tmp_path: Path, settings: Settings) -> Iterator[Peer]:
    """A witness in a process of its own, with a key of its own, that knows the log's key and nothing else of us."""
    write(1)
    seal(NOW)
    port = free_port(socket.SOCK_STREAM)
    signer = keys.signers(sequence.head().origin)[0]
    command = [sys.executable, "-m", "moderation.audit.witness", "--folder", str(tmp_path / "eve"), "--port", str(port)]
    with subprocess.Popen([*command, "--log", str(signer.key)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            key = verify.parse_key(process.stdout.readline().strip())
            settings.STOA_WITNESSES = [Peer(f"http://127.0.0.1:{port}", key)]
            assert shown() is None
            write(9)
            seal(NOW)
            assert shown() is None
            yield settings.STOA_WITNESSES[0]
        finally:
            process.terminate()


def shown() -> Trouble | None:
    """What came of showing the newest checkpoint."""
    [trouble] = cosign.cosign(NOW).values()
    return trouble


def test_a_rewritten_past_is_found_at_the_next_checkpoint(peer: Peer) -> None:
    forging.rewrite(NOW, "room.leave")
    assert shown() is Trouble.CONTRADICTED
    write(3)
    seal(NOW)
    assert shown() is Trouble.CONTRADICTED


def test_a_truncated_log_is_found_at_the_next_checkpoint(peer: Peer) -> None:
    forging.truncate(NOW, 2)
    assert shown() is Trouble.BEHIND


def test_a_log_that_was_rolled_back_and_grew_again_is_found_at_the_next_checkpoint(peer: Peer) -> None:
    kept = forging.backup()
    write(5)
    seal(NOW)
    assert shown() is None
    with forging.restored(kept):
        write(7, action="room.leave")
        seal(NOW)
        assert shown() is Trouble.CONTRADICTED


def test_a_fork_is_found_at_the_next_checkpoint(peer: Peer) -> None:
    kept = forging.backup()
    write(5)
    seal(NOW)
    assert shown() is None
    with forging.restored(kept):
        write(5, action="room.leave")
        seal(NOW)
        assert shown() is Trouble.CONTRADICTED


def test_an_honest_log_that_was_restored_to_what_was_cosigned_goes_on(peer: Peer) -> None:
    with forging.restored(forging.backup()):
        write(2)
        seal(NOW)
        assert shown() is None


def test_a_stale_size_is_answered_with_409_and_a_bad_proof_with_422(peer: Peer) -> None:
    write(2)
    newest = seal(NOW)
    good = tree.consistency(Nodes(), 10, newest.size)
    assert asked(peer, newest, 1, tree.consistency(Nodes(), 1, newest.size)) == (409, b"10\n")
    assert asked(peer, newest, 10, [*good[:-1], bytes(32)])[0] == 422
    assert asked(peer, newest, 10, good)[0] == 200


def asked(peer: Peer, newest: Checkpoint, old: int, proof: list[bytes]) -> tuple[int, bytes]:
    body = bytes(Request(old, tuple(proof), newest.note.encode()))
    reply = outgoing.post(f"{peer.url}/add-checkpoint", body, {})
    return reply.status, reply.body
