"""Contract of `rooms.sfu.strikes`: who asks in vain too often is not heard for the rest of the second, and alone."""

from rooms.sfu.strikes import LIMIT, MAX_ADDRESSES, Strikes

MALLORY, CAROL = "203.0.113.66", "192.0.2.3"


def test_one_is_out_after_the_limit_until_the_next_second_and_nobody_else_is() -> None:
    strikes = Strikes()
    for _ in range(LIMIT):
        assert not strikes.out(MALLORY)
        strikes.add(MALLORY)
    assert strikes.out(MALLORY)
    assert not strikes.out(CAROL)
    strikes.clear()
    assert not strikes.out(MALLORY)


def test_one_with_a_whole_64_of_ipv6_is_out_by_all_of_it_and_the_neighbour_is_not() -> None:
    strikes = Strikes()
    for number in range(LIMIT):
        strikes.add(f"2001:db8::{number:x}")
    assert strikes.out("2001:db8::ffff:1")
    assert not strikes.out("2001:db8:0:1::1")


def test_forged_addresses_take_no_memory_without_end() -> None:
    strikes = Strikes()
    for number in range(MAX_ADDRESSES + 100):
        strikes.add(f"host {number}")
    assert len(strikes._counts) == MAX_ADDRESSES
    strikes.add("host 7")
    assert strikes._counts["host 7"] == 2
