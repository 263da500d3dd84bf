"""Who sits at a browser of the staff here."""

import pytest

from accounts.models import User


@pytest.fixture
def dana(db: None) -> User:
    """On the staff in whatever role a test gives her."""
    return User.objects.create_user("dana", display_name="Dana")
