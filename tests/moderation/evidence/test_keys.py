"""Key pairs of cases."""

import resource
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from pytest_django.fixtures import Settings

from moderation.audit.keys import KeysMissingError
from moderation.evidence import keys
from tests.canary import dumping


def test_the_private_half_belongs_to_the_public_one() -> None:
    pair = keys.new_pair()
    assert keys.private(pair.public, pair.secret).public_key().public_bytes_raw().hex() == pair.public


def test_a_process_that_has_opened_something_leaves_no_core() -> None:
    pair = keys.new_pair()
    with dumping():
        keys.private(pair.public, pair.secret)
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] in (0, 1)  # no limit at all is -1


def test_no_two_cases_have_the_same() -> None:
    assert keys.new_pair() != keys.new_pair()


def test_a_wrapped_half_opens_with_its_own_public_half_and_on_its_own_server_alone(
    settings: Settings, tmp_path: Path
) -> None:
    pair, other = keys.new_pair(), keys.new_pair()
    with pytest.raises(InvalidTag):
        keys.private(other.public, pair.secret)
    settings.STOA_DATA = tmp_path / "elsewhere"
    with pytest.raises(KeysMissingError):
        keys.private(pair.public, pair.secret)


def test_a_destroyed_pair_stays_shut_whatever_backup_of_the_database_comes_back_and_no_other_does(
    tmp_path: Path,
) -> None:
    pair, other = keys.new_pair(), keys.new_pair()
    keys.destroy(pair.public)
    keys.destroy(pair.public)
    with pytest.raises(KeysMissingError):
        keys.private(pair.public, pair.secret)
    assert keys.private(other.public, other.secret)
    assert len(list((tmp_path / "keys").glob("evidence-*"))) == 1
