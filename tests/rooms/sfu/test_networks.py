"""Contract of `rooms.sfu.networks`: a subscriber is counted as one, whichever of his addresses he uses."""

import pytest

from rooms.sfu.networks import network


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_an_address_counts_for_itself_and_one_of_ipv6_for_its_64(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same
