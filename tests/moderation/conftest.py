"""A log of one's own for each test; and the room, the report and the staff that most tests of moderation begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation.audit import people, sealing
from moderation.models import Case, Report
from moderation.staff import Role
from rooms.models import Room
from tests.moderation.desk import moderator, reported
from tests.rooms.scenes import gathered


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Its keys are in a folder that no other test reads."""
    settings.STOA_DATA = tmp_path
    yield
    people.forget_all()
    sealing._address_key.cache_clear()


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    """Alice hosts, bob and carol are there."""
    return gathered(alice, bob, carol)


@pytest.fixture
def report(room: Room, bob: User, carol: User) -> Report:
    """Carol's, of bob."""
    return reported(carol, bob, room)


@pytest.fixture
def case(report: Report) -> Case:
    """About bob."""
    return report.case


@pytest.fixture
def dana(db: None) -> User:
    """Sits at the desk."""
    return moderator("Dana")


@pytest.fixture
def femi(db: None) -> User:
    """Is a senior moderator."""
    return moderator("Femi", Role.SENIOR)


@pytest.fixture
def gus(db: None) -> User:
    """Is another one."""
    return moderator("Gus", Role.SENIOR)
