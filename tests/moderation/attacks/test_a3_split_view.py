"""Attack 3. The server shows the auditor one log, and gives users receipts from another; both are signed by its key."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import cosign, export, keys, proof, sequence, verify
from moderation.audit.cosign import Trouble
from moderation.audit.destinations import Peer
from moderation.audit.models import Entry
from moderation.audit.verify import Refused, Trust
from moderation.audit.witness import Server, Witness
from tests.moderation.audit import forging
from tests.moderation.audit.stored import seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def trust(tmp_path: Path, settings: Settings) -> Iterator[Trust]:
    """What everybody holds: the log's key and the witness's."""
    write(5)
    seal(NOW)
    key = keys.signers(sequence.head().origin)[0].key
    eve = Witness(tmp_path / "eve", [key], "witness.example/w1")
    with Server(("127.0.0.1", 0), eve) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        settings.STOA_WITNESSES = [Peer(f"http://127.0.0.1:{server.server_address[1]}", eve.key)]
        assert set(cosign.cosign(NOW).values()) == {None}
        yield Trust((key,), (eve.key,))
        server.shutdown()
        thread.join()
    eve.close()


def bundle(tmp_path: Path) -> Path:
    out = io.BytesIO()
    export.export(out, now=NOW)
    path = tmp_path / "bundle.zip"
    path.write_bytes(out.getvalue())
    return path


def receipt_of_another_view() -> str:
    """The receipt of a mute, from a log that the auditor never sees."""
    kept = forging.backup()
    [muted] = write(1, action="member.mute")
    seal(NOW)
    text = proof.receipt(muted, person="mallory-uid")
    with forging.restored(kept):
        pass
    return text


def test_only_one_of_two_views_is_cosigned(trust: Trust, tmp_path: Path) -> None:
    theirs = receipt_of_another_view()
    write(1, action="room.leave")
    seal(NOW)
    assert set(cosign.cosign(NOW).values()) == {None}
    assert verify.verify_bundle(bundle(tmp_path), trust).count == 6
    with pytest.raises(Refused, match="no cosignature"):
        verify.verify_proof(theirs.encode(), trust)


def test_the_auditor_gets_the_uncosigned_one_if_the_user_got_the_other(trust: Trust, tmp_path: Path) -> None:
    kept = forging.backup()
    [muted] = write(1, action="member.mute")
    seal(NOW)
    assert set(cosign.cosign(NOW).values()) == {None}
    theirs = proof.receipt(muted, person="mallory-uid")
    with forging.restored(kept):
        write(1, action="room.leave")
        seal(NOW)
        assert set(cosign.cosign(NOW).values()) == {Trouble.CONTRADICTED}
        verify.verify_proof(theirs.encode(), trust)
        older = verify.verify_bundle(bundle(tmp_path), trust)
        assert older.checkpoint.size == 5  # the last that the witness stood by: the forged entry is not in it


def test_user_and_auditor_who_compare_checkpoints_need_no_witness(trust: Trust, tmp_path: Path) -> None:
    theirs = verify.parse_proof(receipt_of_another_view().encode()).checkpoint
    write(2, action="room.leave")
    seal(NOW)
    cosign.cosign(NOW)
    with pytest.raises(Refused, match="history was rewritten before entry 6"):
        verify.verify_bundle(bundle(tmp_path), replace(trust, witnesses=(), old=theirs))


def test_everybody_is_shown_the_same_checkpoint(trust: Trust, tmp_path: Path, client: Client) -> None:
    published = client.get("/audit/checkpoint").content
    receipt = proof.receipt(Entry.objects.earliest("pk"))
    assert receipt.encode().endswith(published)
    verdict = verify.verify_bundle(bundle(tmp_path), trust)
    assert str(verdict.checkpoint.note).encode() == published
