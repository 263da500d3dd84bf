"""What `accounts.blocks` tells."""

import pytest
from django.utils import timezone

from accounts.blocks import blocked_by
from accounts.models import Block, User

pytestmark = pytest.mark.django_db


def test_a_block_has_one_direction() -> None:
    alice = User.objects.create(username="alice", display_name="Alice")
    mallory = User.objects.create(username="mallory", display_name="Mallory")
    Block.objects.create(blocker=alice, blocked=mallory, created_at=timezone.now())
    assert blocked_by(alice) == {mallory.pk}
    assert blocked_by(mallory) == frozenset()
