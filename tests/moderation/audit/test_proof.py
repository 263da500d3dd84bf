"""Receipts: one file that proves one entry, and opens no more than its owner may read."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from moderation.audit import keys, proof, verify
from moderation.audit.proof import NotSealedError
from moderation.audit.verify import Fault, Refused, Trust
from tests.moderation.audit.stored import ORIGIN, seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def trust() -> Trust:
    return Trust(tuple(one.key for one in keys.signers(ORIGIN)))


def shown(text: str) -> dict[str, object]:
    """What the receipt opens: fields and values."""
    openings = json.loads(verify.parse_proof(text.encode()).extra)["openings"]
    return {field: value for field, (_, value) in openings.items()}


def test_a_receipt_is_genuine() -> None:
    entries = write(5)
    seal(NOW)
    for index, entry in enumerate(entries):
        text = proof.receipt(entry)
        verdict = verify.verify_proof(text.encode(), trust())
        assert (verdict.first, verdict.count, verdict.sealed) == (index, 1, 0)
        assert shown(text)["actor"] == "bob-uid"


def test_the_receipt_of_who_was_moderated_does_not_show_the_moderator() -> None:
    [entry] = write(1, actor="alice-uid")
    seal(NOW)
    text = proof.receipt(entry, person="mallory-uid")
    assert shown(text) == {"object": "mallory-uid"}
    verdict = verify.verify_proof(text.encode(), trust())
    assert (verdict.opened, verdict.sealed) == (1, 5)


def test_the_receipt_of_a_stranger_opens_nothing() -> None:
    [entry] = write(1)
    seal(NOW)
    assert shown(proof.receipt(entry, person="carol-uid")) == {}


def test_an_entry_that_no_checkpoint_covers_has_no_receipt_yet() -> None:
    [entry] = write(1)
    with pytest.raises(NotSealedError, match="ten seconds"):
        proof.receipt(entry)


def test_one_file_and_the_verifier_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [entry] = write(1)
    seal(NOW)
    path = tmp_path / "one.tlog-proof"
    path.write_text(proof.receipt(entry))
    assert verify.main([str(path), "--key", str(trust().keys[0])]) == 0
    assert verify.main([str(path)]) == 1
    yes, no = capsys.readouterr().out.split("no: ")
    assert yes.startswith("yes: entries 0 to 0 of 1")
    assert "--key" in no


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace("index 3", "index 2"), Fault.PROOF),
        (lambda text: text.replace("\n5\n", "\n6\n"), Fault.FORGED),
        (lambda text: text.replace(ORIGIN, "other.example/log", 1), Fault.UNSIGNED),
        (lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("extra")), Fault.MALFORMED),
        (lambda text: other_entry(text, "mute"), Fault.PROOF),
        (lambda text: other_value(text), Fault.OPENING),
    ],
)
def test_a_changed_receipt_is_refused(change: object, fault: Fault) -> None:
    entries = write(5)
    seal(NOW)
    text = proof.receipt(entries[3])
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    with pytest.raises(Refused) as caught:
        verify.verify_proof(changed.encode(), trust())
    assert caught.value.fault is fault


def with_extra(text: str, extra: dict[str, object]) -> str:
    found = verify.parse_proof(text.encode())
    return str(verify.Proof(found.index, found.hashes, found.checkpoint, verify.canonical(extra).encode()))


def other_entry(text: str, verb: str) -> str:
    extra = json.loads(verify.parse_proof(text.encode()).extra)
    return with_extra(text, extra | {"leaf": extra["leaf"].replace("room.join", f"room.{verb}")})


def other_value(text: str) -> str:
    extra = json.loads(verify.parse_proof(text.encode()).extra)
    extra["openings"]["actor"][1] = "mallory-uid"
    return with_extra(text, extra)
