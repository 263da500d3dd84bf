"""`manage.py audit export | proof`."""

import errno
import io
import stat
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from moderation.audit import bundle, draft, keys, verify
from moderation.audit.verify import Trust
from tests import log
from tests.moderation.audit.stored import ORIGIN, seal, write

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue()


def trust() -> Trust:
    return Trust(tuple(one.key for one in keys.signers(ORIGIN)))


def test_a_bundle_is_written_for_its_owner_alone_and_the_log_says_so(tmp_path: Path) -> None:
    write(5)
    seal(timezone.now())
    path = tmp_path / "bundle.zip"
    told = said("export", str(path), "--first", "1", "--count", "3", "--format", "cef")
    assert "3 entries" in told
    assert str(trust().keys[0]) in told
    assert verify.verify_bundle(path, trust()).count == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert log.entry(action="log.export").detail == {"first": 1, "count": 3}


def test_a_bundle_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    write(1)
    with pytest.raises(CommandError, match="ten seconds"):
        said("export", str(tmp_path / "bundle.zip"))
    assert not list(tmp_path.glob("*bundle*"))


def test_a_bundle_that_the_disk_has_no_room_for_leaves_none_either(tmp_path: Path) -> None:
    write(1)
    seal(timezone.now())
    full = OSError(errno.ENOSPC, "No space left on device")
    with patch.object(bundle, "line", side_effect=full), pytest.raises(CommandError, match="No space left"):
        said("export", str(tmp_path / "bundle.zip"))
    assert not list(tmp_path.glob("*bundle*"))


def test_while_another_bundle_is_made_it_is_refused_and_nothing_changed(tmp_path: Path) -> None:
    write(1)
    seal(timezone.now())
    before = log.entries()
    with draft.alone(), pytest.raises(CommandError, match="another bundle is being made"):
        said("export", str(tmp_path / "bundle.zip"))
    assert (log.entries(), list(tmp_path.glob("*bundle*"))) == (before, [])
    assert "1 entries" in said("export", str(tmp_path / "bundle.zip"))


def test_a_receipt_is_printed_and_the_log_says_so() -> None:
    [entry] = write(1)
    seal(timezone.now())
    text = said("proof", str(entry.pk), "--person", "mallory-uid")
    assert verify.verify_proof(text.encode(), trust()).opened == 1
    assert log.entry(action="log.proof").object_id == entry.event


def test_an_entry_that_is_not_there_or_too_young_has_no_receipt() -> None:
    [entry] = write(1)
    with pytest.raises(CommandError, match="ten seconds"):
        said("proof", str(entry.pk))
    with pytest.raises(CommandError, match="no such entry"):
        said("proof", "999999")
