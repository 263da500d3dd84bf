"""At the door: alice lets people in, bob and carol come, mallory must never get in."""

from datetime import datetime

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import User
from moderation.audit.source import Source

PASSWORD = "seven grey herons wade"  # the whole cast's


@pytest.fixture
def source() -> Source:
    return Source.internal("command")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def code(alice: User, now: datetime, source: Source) -> str:
    """A code of alice's, for one person."""
    return actions.issue(alice, uses=1, days=7, now=now, source=source)
