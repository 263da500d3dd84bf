"""Contract of `rooms.sfu.counters`: one name, one number."""

from rooms.sfu.counters import Count
from rooms.sfu.refusals import Code


def test_no_count_has_the_name_of_a_refusal() -> None:
    assert {str(count) for count in Count} & {str(code) for code in Code} == set()
