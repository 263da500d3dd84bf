"""A log of one's own for each test: its keys are in a folder that no other test reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from moderation.audit import people, sealing


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.STOA_DATA = tmp_path
    yield
    people.forget_all()
    sealing._address_key.cache_clear()
