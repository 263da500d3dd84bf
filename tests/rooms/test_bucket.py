"""How often something may happen."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.bucket import Bucket


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    bucket = Bucket(rate=2, burst=3, at=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]


def test_only_the_first_refusal_counts_until_it_is_full_again() -> None:
    bucket = Bucket(rate=1, burst=1, at=0)
    assert bucket.first_refusal()
    assert not bucket.first_refusal()
    bucket.take(10)
    assert bucket.first_refusal()


@given(st.lists(st.floats(0, 1), max_size=300))
def test_over_any_time_no_more_pass_than_burst_and_rate_allow(waits: list[float]) -> None:
    bucket, now, passed = Bucket(rate=5, burst=10, at=0), 0.0, 0
    for wait in waits:
        now += wait
        passed += bucket.take(now)
    assert passed <= 10 + 5 * now + 1e-6
