"""G8. Who was moderated and who reported each get one file that proves it, offline, and shows nobody else."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from moderation.audit import keys, proof, sequence, verify
from moderation.audit.models import Entry
from moderation.audit.record import record
from tests.moderation.audit.stored import SOURCE, seal, write

pytestmark = pytest.mark.django_db
PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or "python3"


def decided() -> Entry:
    """Alice muted mallory, on bob's report."""
    with transaction.atomic():
        made = record(
            "case.decide",
            source=SOURCE,
            actor="alice-uid",
            second="bob-uid",
            object_type="user",
            object_id="mallory-uid",
            case="c214",
            policy="harassment",
        )
    return Entry.objects.get(pk=made.pk)


@pytest.mark.parametrize(("person", "field"), [("mallory-uid", "object"), ("bob-uid", "second")])
def test_each_gets_a_receipt_that_verifies_offline_and_shows_only_them(tmp_path: Path, person: str, field: str) -> None:
    write(20)
    entry = decided()
    write(20)
    seal(timezone.now())
    path = tmp_path / "case.tlog-proof"
    path.write_text(proof.receipt(entry, person))
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    key = str(keys.signers(sequence.head().origin)[0].key)
    command = [PYTHON, "-I", "-S", str(tmp_path / "verify.py"), str(path), "--key", key]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env={})
    assert (answer.returncode, answer.stdout[:4]) == (0, "yes:")
    extra = json.loads(verify.parse_proof(path.read_bytes()).extra)
    assert {name: value for name, (_, value) in extra["openings"].items()} == {field: person}
    assert json.loads(extra["leaf"])["case"] == "c214"
    for other in {"alice-uid", "bob-uid", "mallory-uid", "192.0.2.7"} - {person}:
        assert other not in path.read_text()
