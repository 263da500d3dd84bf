"""Who sits at a browser of the staff here."""

import pytest
from django.test import Client

from accounts.models import User
from moderation.staff import Role
from tests.moderation.cast import at_console


@pytest.fixture
def dana(db: None) -> User:
    """On the staff in whatever role a test gives her."""
    return User.objects.create_user("dana", display_name="Dana")


@pytest.fixture
def desk(dana: User) -> Client:
    """Dana, a moderator, at her browser."""
    return at_console(dana, Role.MODERATOR, days=None)


@pytest.fixture
def senior(db: None) -> Client:
    """Femi, a senior moderator, at her browser."""
    return at_console(User.objects.create_user("femi", display_name="Femi"), Role.SENIOR, days=None)


@pytest.fixture
def rita(alice: User) -> Client:
    """A reviewer at her browser."""
    return at_console(alice, Role.REVIEWER)
