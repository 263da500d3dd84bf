"""Key pairs of cases."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from pytest_django.fixtures import Settings

from moderation.evidence import keys


def test_the_private_half_belongs_to_the_public_one() -> None:
    pair = keys.new_pair()
    assert keys.private(pair.public, pair.secret).public_key().public_bytes_raw().hex() == pair.public


def test_no_two_cases_have_the_same() -> None:
    assert keys.new_pair() != keys.new_pair()


def test_a_wrapped_half_opens_with_its_own_public_half_and_on_its_own_server_alone(
    settings: Settings, tmp_path: Path
) -> None:
    pair, other = keys.new_pair(), keys.new_pair()
    with pytest.raises(InvalidTag):
        keys.private(other.public, pair.secret)
    settings.STOA_DATA = tmp_path / "elsewhere"
    with pytest.raises(InvalidTag):
        keys.private(pair.public, pair.secret)
