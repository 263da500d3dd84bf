"""The log's keys: made by one of all who ask, and on a disk that loses its power in the middle."""

import os
from contextlib import suppress
from unittest.mock import patch

import pytest
from celery import Celery

from moderation.audit import keys, pulse, tasks
from tests.processes import at_once

ORIGIN = "stoa.example/audit"


def files() -> set[str]:
    return {file.name for file in keys.folder().iterdir()} - {".lock", ".retiring"}


def cut(name: str) -> None:
    """Retire the key, and lose power once it has lost its name."""
    with patch.object(keys, "_overwrite", side_effect=OSError("no power")), pytest.raises(OSError, match="no power"):
        keys.retire_signer(name)


@pytest.fixture
def two() -> list[str]:
    """The names of two keys that sign, the older first."""
    return [keys.new_signer(ORIGIN).key.key_id.hex() for _ in range(2)]


def signing() -> list[str]:
    return [signer.key.key_id.hex() for signer in keys.signers(ORIGIN)]


def test_a_key_that_was_being_destroyed_when_power_was_lost_signs_no_more(two: list[str]) -> None:
    cut(two[0])
    assert signing() == [two[1]]
    assert {key.key_id.hex() for key in keys.vkeys()} == set(two)


def test_and_is_gone_from_the_disk_after_the_next_start(two: list[str]) -> None:
    cut(two[0])
    assert any(two[0] in name and not name.endswith(".vkey") for name in files())
    keys.tidy()
    assert files() == {f"log-{two[0]}.vkey", f"log-{two[0]}.retired", f"log-{two[1]}.vkey", f"log-{two[1]}.pem"}


def test_so_is_a_file_of_nothing_but_zeroes(two: list[str]) -> None:
    file = keys.folder() / f"log-{two[0]}.pem"
    file.write_bytes(bytes(file.stat().st_size))
    keys.tidy()
    assert not file.exists()
    assert signing() == [two[1]]


def test_keys_that_are_in_use_are_left_alone(two: list[str]) -> None:
    masters, address, before = keys.masters(), keys.address_key(), files()
    keys.tidy()
    assert (keys.masters(), keys.address_key(), files()) == (masters, address, before)
    assert signing() == two[::-1]


def test_the_worker_that_seals_the_log_looks_for_such_keys_before_anything_else(
    two: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(two[0])
    monkeypatch.setattr(tasks, "_seals", lambda _app: True)
    monkeypatch.setattr(pulse, "give", lambda *_, **_how: None)

    class Sender:
        app = Celery()

    tasks.began(sender=Sender())
    assert files() == {f"log-{two[0]}.vkey", f"log-{two[0]}.retired", f"log-{two[1]}.vkey", f"log-{two[1]}.pem"}


def test_a_key_that_is_destroyed_leaves_no_file_behind() -> None:
    keys.named("passing")
    keys.drop("passing")
    assert files() == set()
    with pytest.raises(keys.KeysMissingError):
        keys.found("passing")


def test_a_key_whose_retirement_was_cut_off_before_it_lost_its_name_signs_until_it_is_retired_again(
    two: list[str],
) -> None:
    with patch.object(keys, "_shred", side_effect=OSError("no power")), pytest.raises(OSError, match="no power"):
        keys.retire_signer(two[0])
    assert [(one.signs, one.until) for one in keys.periods()] == [(True, None)] * 2
    keys.retire_signer(two[0])
    new, old = keys.periods()
    assert (new.signs, old.signs) == (True, False)
    assert old.until is not None
    assert old.since <= new.since <= old.until


def test_of_several_processes_that_retire_one_of_two_keys_each_one_does_and_the_other_key_signs_on(
    two: list[str],
) -> None:
    def retired() -> str:
        name = two[os.getpid() % 2]
        with suppress(keys.OnlyKeyError), keys.retiring(ORIGIN, name):
            return name
        return ""

    (gone,) = set(at_once(retired)) - {""}
    assert signing() == [name for name in two if name != gone]
    assert f"log-{gone}.vkey" in files()


def test_a_key_is_not_retired_of_which_the_log_could_not_be_told(two: list[str]) -> None:
    before = files()
    with pytest.raises(OSError, match="full"), keys.retiring(ORIGIN, two[0]):
        raise OSError("full")
    assert files() == before


def test_of_several_processes_that_begin_a_log_at_once_one_makes_the_key_that_all_sign_with() -> None:
    made = set(at_once(lambda: str(keys.first_signer(ORIGIN).key)))
    assert made == {str(signer.key) for signer in keys.signers(ORIGIN)}
    assert len(made) == len(keys.vkeys()) == 1


def test_one_master_key_for_all_of_them() -> None:
    (made,) = set(at_once(lambda: tuple(keys.masters().items())))
    assert dict(made) == keys.masters()
    assert len(made) == 1


def test_one_key_of_each_name() -> None:
    assert set(at_once(lambda: keys.named("evidence-1"))) == {keys.found("evidence-1")}
    assert set(at_once(lambda: keys.signed_from(os.getpid()))) == {keys.signed_from(0)}
