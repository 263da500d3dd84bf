"""Tests of `manage.py audit`."""

import os
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from moderation.audit import keys
from moderation.audit.models import Entry, Hold
from moderation.audit.record import record
from moderation.audit.sequence import head, seal
from moderation.audit.source import Source
from tests.audit_triggers import lifted
from tests.log import entries, many
from tests.moderation.unwritable import full

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BOB = "b0b0000000000000"

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_verify_says_that_the_log_is_whole() -> None:
    many(3)
    seal(NOON)
    assert "whole: 3 entries" in run("verify")


@pytest.mark.django_db(transaction=True)
def test_verify_says_what_was_changed_and_fails() -> None:
    (written,) = many(1)
    seal(NOON)
    with lifted():
        Entry.objects.update(reason="forged")
    out = StringIO()
    with pytest.raises(CommandError, match="not whole"):
        call_command("audit", "verify", stderr=out)
    assert f"leaf 0: entry {written} is not what was sealed" in out.getvalue()


def test_erase_is_refused_under_a_hold_and_done_after_its_release() -> None:
    record("member.join", source=Source("192.0.2.7"), actor=BOB)
    run("hold", "user", BOB, "--ground", "proceeding 7", "--by", "a11ce", "--approver", "ca401")
    with pytest.raises(CommandError, match="kept by hold"):
        run("erase", BOB)
    assert run("release", str(Hold.objects.get().pk)) == "Released.\n"
    assert "Erased from 2 entries" in run("erase", BOB)
    assert BOB not in repr(entries())


@pytest.mark.parametrize(
    "words",
    [("erase", "bob"), ("hold", "user", "bob", "--ground", "proceeding 7", "--by", "a11ce", "--approver", "ca401")],
)
def test_a_name_in_place_of_a_person_s_id_is_refused_and_nothing_changed(words: tuple[str, ...]) -> None:
    record("member.join", source=Source("192.0.2.7"), actor=BOB)
    with pytest.raises(CommandError, match="'bob' is no person's id"):
        run(*words)
    assert [entry.action for entry in Entry.objects.all()] == ["member.join"]
    assert not Hold.objects.exists()


def test_where_no_bundle_can_be_made_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CommandError, match="must be able to write to it"):
        run("export", str(tmp_path / "out.zip"))
    assert not (tmp_path / "out.zip").exists()
    assert entries(action="log.export") == []


@pytest.mark.parametrize("words", [("release", "7"), ("erase", ""), ("keys", "--retire", "00000000")])
def test_what_is_not_there_is_refused_in_words(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*words)


@pytest.mark.django_db(transaction=True)
def test_keys_are_rotated_and_retired_and_both_are_entries() -> None:
    many(1)
    seal(NOON)
    (old,) = keys.signers(head().origin)
    assert run("keys") == f"{old.key} signs\n"
    assert run("keys", "--rotate").count(" signs\n") == 2
    told = run("keys", "--retire", old.key.key_id.hex())
    assert f"{old.key} retired" in told
    assert [sorted(entry.detail) for entry in entries(action="log.key")] == [["key"], ["retired"]]
    many(1)
    seal(NOON)
    assert "whole: 4 entries" in run("verify")


@pytest.mark.django_db(transaction=True)
def test_without_the_log_no_key_comes_and_none_goes() -> None:
    many(1)
    seal(NOON)
    run("keys", "--rotate")
    seal(NOON)
    before, old = files(), keys.signers(head().origin)[-1].key.key_id.hex()
    for words in (("--rotate",), ("--retire", old)):
        with full(), pytest.raises(DatabaseError):
            run("keys", *words)
    assert files() == before
    run("keys", "--retire", old)
    kept = {name: content for name, content in before.items() if name != f"log-{old}.pem"}
    assert files() == {**kept, f"log-{old}.retired": b""}


def files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in keys.folder().iterdir() if file.name != ".retiring"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("words", "does"), [("--rotate", "keep_signer"), ("--retire", "retire_signer")])
def test_whoever_dies_behind_the_entry_of_a_key_does_it_again(words: str, does: str) -> None:
    many(1)
    seal(NOON)
    run("keys", "--rotate")
    old = keys.signers(head().origin)[-1].key.key_id.hex()
    again = [words, *([old] if words == "--retire" else [])]
    with patch.object(keys, does, side_effect=OSError), pytest.raises(OSError):  # noqa: PT011  # as the disk would
        run("keys", *again)
    seal(NOON)
    told = run("keys", *again)
    seal(NOON)
    assert told.count(" signs\n") == (3 if words == "--rotate" else 1)
    assert len(entries(action="log.key")) == 3
    assert "whole: 4 entries" in run("verify")


def test_the_last_key_cannot_be_retired() -> None:
    many(1)
    seal(NOON)
    (only,) = keys.signers(head().origin)
    with pytest.raises(CommandError, match="several"):
        run("keys", "--retire", only.key.key_id.hex())
    assert len(keys.signers(head().origin)) == 1


def test_persons_keys_are_sealed_anew_and_open_as_before() -> None:
    record("member.join", source=Source("192.0.2.7"), actor=BOB)
    before = list(keys.masters())
    assert "1 keys sealed anew" in run("keys", "--rewrap")
    assert list(keys.masters()) != before
    assert [entry.actor for entry in entries(action="member.join")] == [BOB]


def test_grant_prints_the_statements() -> None:
    told = run("grant", "stoa_app")
    assert 'REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM "stoa_app";' in told


def test_prune_says_how_many_went() -> None:
    assert run("prune") == "0 entries went.\n"
