"""The keys of the one sequencer: the first is made once, and none that is lost is replaced in silence."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from unittest.mock import patch

import pytest
from django.db import connections

from moderation.audit import keyfile, keys
from moderation.audit.models import Checkpoint, Entry, Head, Leaf
from moderation.audit.sequence import head, seal
from moderation.audit.verify import Frontier, Refused, open_checkpoint
from tests.log import many
from tests.moderation.audit.stored import NOON, whole

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_that_begin_a_log_at_once_all_sign_with_one_key() -> None:
    many(3)
    head()
    barrier = Barrier(4)

    def begin() -> int:
        try:
            barrier.wait(30)
            return seal(NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(barrier.parties) as threads:
        sealed = [threads.submit(begin) for _ in range(barrier.parties)]
    assert sum(one.result() for one in sealed) == 3
    (signer,) = keys.signers(head().origin)
    assert keys.vkeys() == [signer.key]
    whole(3)


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("kept", ["prunings", ".vkey", ".pem"])
def test_when_the_first_key_cannot_be_kept_nothing_has_grown_and_the_next_seal_makes_it_good(
    kept: str, persisted: bool
) -> None:
    many(3)
    write = keyfile.write

    def fail(file: Path, content: bytes) -> None:
        fails = file.name.endswith(kept)
        if persisted or not fails:
            write(file, content)
        if fails:
            raise OSError

    with pytest.raises(OSError), patch.object(keyfile, "write", fail):  # noqa: PT011  # as the disk would
        seal(NOON)
    assert (head().size, Leaf.objects.count(), Checkpoint.objects.count()) == (0, 0, 0)
    assert seal(NOON) == 3
    whole(3)


def test_a_signing_key_that_is_lost_is_not_replaced_in_silence() -> None:
    many(1)
    seal(NOON)
    for file in keys.folder().glob("log-*.pem"):
        file.unlink()
    many(1)
    with pytest.raises(keys.KeysMissingError):
        seal(NOON)
    assert head().size == 1


@pytest.mark.parametrize("lost", ["log-*", "log-*.vkey"])
def test_without_any_key_to_tell_by_where_the_log_stands_it_is_said_that_the_keys_are_missing(lost: str) -> None:
    many(1)
    seal(NOON)
    for file in keys.folder().glob(lost):
        file.unlink()
    many(1)
    with pytest.raises(keys.KeysMissingError, match="from its backup"):
        seal(NOON)
    assert (head().size, Checkpoint.objects.count()) == (1, 1)


def test_a_log_whose_key_is_lost_for_good_is_signed_on_by_another_beside_the_line_that_was_published() -> None:
    many(2)
    seal(NOON)
    (lost,) = keys.vkeys()
    for file in keys.folder().glob("log-*"):
        file.unlink()
    keys.new_signer(head().origin)
    many(1)
    with pytest.raises(Refused):
        seal(NOON)
    (keys.folder() / f"log-{lost.key_id.hex()}.vkey").write_text(f"{lost}\n")
    assert seal(NOON) == 1
    whole(3)


def test_what_the_log_says_of_where_it_stands_is_made_anew_of_its_leaves() -> None:
    many(5)
    seal(NOON)
    Head.objects.update(size=4, frontier=bytes(32), origin="elsewhere.example/audit")
    frontier = Frontier()
    for value in Leaf.objects.order_by("index").values_list("hash", flat=True):
        frontier.append(bytes(value))
    origin = Checkpoint.objects.latest("size").note.partition("\n")[0]
    Head.objects.update(origin=origin, size=frontier.size, frontier=b"".join(frontier.nodes))
    many(1)
    assert seal(NOON) == 1
    whole(6)


def test_during_a_rotation_both_keys_sign_and_afterwards_the_old_one_still_verifies() -> None:
    many(1)
    seal(NOON)
    old = keys.signers(head().origin)[0].key
    new = keys.new_signer(head().origin).key
    many(1)
    seal(NOON)
    both = Checkpoint.objects.get(size=2).note.encode()
    assert open_checkpoint(both, [old]) == open_checkpoint(both, [new])
    keys.retire_signer(old.key_id.hex())
    many(1)
    seal(NOON)
    assert open_checkpoint(Checkpoint.objects.get(size=3).note.encode(), [new]).size == 3
    assert open_checkpoint(Checkpoint.objects.get(size=1).note.encode(), keys.vkeys()).size == 1
    assert {old, new} == set(keys.vkeys())


def test_the_signing_key_is_in_no_row_and_for_the_server_alone() -> None:
    many(1)
    seal(NOON)
    (file,) = keys.folder().glob("log-*.pem")
    assert file.stat().st_mode & 0o077 == 0
    private = keys.signers(head().origin)[0].private.private_bytes_raw()
    told = repr([list(model.objects.values()) for model in (Head, Checkpoint, Leaf, Entry)])
    assert private.hex() not in told
    assert repr(private)[2:-1] not in told
