"""Leases, in a real Valkey."""

import pytest

from rooms import bus, leases

pytestmark = pytest.mark.django_db


def test_who_renews_is_alive_and_who_does_not_is_gone() -> None:
    leases.renew("web-1", "sfu.e1")
    assert leases.living(["web-1", "web-2", "sfu.e1"]) == ["web-1", "sfu.e1"]


def test_a_lease_ends_by_itself() -> None:
    leases.renew("web-1")
    assert 0 < bus.client().ttl("stoa:lease:web-1") <= leases.SECONDS  # type: ignore[operator]  # redis-py's types
