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
from moderation.audit.verify import open_checkpoint
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
