"""Which media process takes a connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.placement import Taker, place


def taking(**peers: int) -> list[Taker]:
    return [Taker(sfu, "e1", "", number) for sfu, number in peers.items()]


def chosen(carriers: set[str], own: str = "", cap: int = 10, **peers: int) -> str:
    return place(taking(**peers), carriers, own, cap).sfu


def test_a_new_room_goes_to_the_least_loaded() -> None:
    assert chosen(set(), a=5, b=3, c=4) == "b"


def test_a_room_stays_where_it_is_as_long_as_there_is_room() -> None:
    assert chosen({"a"}, a=9, b=0) == "a"


def test_at_the_cap_it_spreads_to_the_least_loaded_of_the_others() -> None:
    assert chosen({"a"}, a=10, b=3, c=2) == "c"


def test_of_those_that_carry_it_the_least_loaded_is_next() -> None:
    assert chosen({"a", "b"}, a=7, b=5, c=0) == "b"


def test_where_all_are_full_the_least_loaded_takes_them_all_the_same() -> None:
    assert chosen({"a"}, a=12, b=11, c=10) == "c"


def test_whoever_has_a_connection_stays_where_it_is_even_at_the_cap() -> None:
    assert chosen({"a", "b"}, own="a", a=10, b=0) == "a"


@pytest.mark.parametrize("carriers", [set(), {"b"}])
def test_but_not_where_the_room_is_not_or_where_nobody_is_taken(carriers: set[str]) -> None:
    assert chosen(carriers, own="a", a=3, b=2) == "b"
    assert chosen({"a", "b"}, own="c", a=3, b=2) == "b"


_LOADS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20), min_size=1)


@given(_LOADS, st.sets(st.sampled_from("abcdef")), st.integers(1, 20))
def test_the_cap_is_passed_only_where_nobody_is_below_it(loads: dict[str, int], carriers: set[str], cap: int) -> None:
    taker = place(taking(**loads), carriers, "", cap)
    assert taker.peers < cap or min(loads.values()) >= cap


@given(_LOADS, st.sets(st.sampled_from("abcdef")), st.integers(1, 20))
def test_a_room_spreads_only_where_its_carriers_are_full(loads: dict[str, int], carriers: set[str], cap: int) -> None:
    taker = place(taking(**loads), carriers, "", cap)
    if taker.sfu not in carriers:
        assert all(loads[sfu] >= cap for sfu in carriers & loads.keys())
