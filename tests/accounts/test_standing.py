"""Who may take part."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from accounts.standing import FOR_GOOD, good, suspended

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("active", "until", "expected"),
    [
        (True, None, False),
        (True, NOON, False),
        (True, NOON + timedelta(microseconds=1), True),
        (True, FOR_GOOD, True),
        (False, None, True),
        (False, NOON - timedelta(days=1), True),
    ],
)
def test_the_suspended_are_the_same_for_python_and_for_the_database(
    bob: User, active: bool, until: datetime | None, expected: bool
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=active, suspended_until=until)
    assert suspended(User.objects.get(pk=bob.pk), NOON) is expected
    assert User.objects.filter(good(NOON), pk=bob.pk).exists() is not expected
