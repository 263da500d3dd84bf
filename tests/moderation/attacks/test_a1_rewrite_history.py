"""Attack 1. Somebody owns the database and has the log's key: they edit a row, hash all anew and sign it.

Nothing on the machine can stop that. What is elsewhere finds it: the witness, and whoever kept an older checkpoint.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import check, cosign, export, keys, proof, sequence, verify
from moderation.audit.cosign import Trouble
from moderation.audit.destinations import Peer
from moderation.audit.models import Entry
from moderation.audit.verify import Fault, Refused, Trust
from moderation.audit.witness import Server, Witness
from tests.moderation.audit import forging
from tests.moderation.audit.stored import seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def trust(tmp_path: Path, settings: Settings) -> Iterator[Trust]:
    """What a reviewer holds: the log's key, the witness's key, and the checkpoint of the last visit."""
    write(10)
    old = seal(NOW)
    key = keys.signers(sequence.head().origin)[0].key
    eve = Witness(tmp_path / "eve", [key], "witness.example/w1")
    with Server(("127.0.0.1", 0), eve) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        settings.STOA_WITNESSES = [Peer(f"http://127.0.0.1:{server.server_address[1]}", eve.key)]
        assert set(cosign.cosign(NOW).values()) == {None}
        yield Trust((key,), (eve.key,), cosign.text(old).encode())
        server.shutdown()
        thread.join()
    eve.close()


def exported(tmp_path: Path) -> Path:
    out = io.BytesIO()
    export.export(out, now=NOW)
    path = tmp_path / "bundle.zip"
    path.write_bytes(out.getvalue())
    return path


def test_the_honest_log_passes_every_check(trust: Trust, tmp_path: Path) -> None:
    write(3)
    seal(NOW)
    cosign.cosign(NOW)
    assert not list(check.faults(NOW))
    assert verify.verify_bundle(exported(tmp_path), trust).count == 13


def test_on_the_machine_itself_nothing_is_to_be_seen(trust: Trust) -> None:
    forging.rewrite(NOW, "room.leave")
    assert not list(check.faults(NOW))


def test_the_witness_refuses_the_forged_past(trust: Trust) -> None:
    forging.rewrite(NOW, "room.leave")
    assert set(cosign.cosign(NOW).values()) == {Trouble.CONTRADICTED}


def test_a_forged_bundle_lacks_the_witness(trust: Trust, tmp_path: Path) -> None:
    forging.rewrite(NOW, "room.leave")
    cosign.cosign(NOW)
    with pytest.raises(Refused, match=r"no cosignature by 'witness.example/w1'"):
        verify.verify_bundle(exported(tmp_path), trust)


def test_a_reviewer_who_kept_a_checkpoint_needs_no_witness_to_see_it(trust: Trust, tmp_path: Path) -> None:
    forging.rewrite(NOW, "room.leave")
    write(3)
    seal(NOW)
    with pytest.raises(Refused, match="history was rewritten before entry 10"):
        verify.verify_bundle(exported(tmp_path), replace(trust, witnesses=()))


def test_the_stolen_signature_of_the_witness_does_not_fit_the_forged_root(trust: Trust, tmp_path: Path) -> None:
    signature = str(verify.parse_note(trust.old).signatures[-1])
    forged = forging.rewrite(NOW, "room.leave")
    note = verify.parse_note((forged.note + signature).encode())
    with pytest.raises(Refused) as caught:
        verify.verified(note, [*trust.keys, *trust.witnesses])
    assert caught.value.fault is Fault.FORGED


def test_a_receipt_given_before_still_proves_what_was_said(trust: Trust) -> None:
    text = proof.receipt(Entry.objects.earliest("pk"))
    forging.rewrite(NOW, "room.leave")
    assert verify.verify_proof(text.encode(), trust).checkpoint.size == 10
