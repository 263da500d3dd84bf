import pickle
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "late", {"start": "2026-11", "numbers": {"spam": 3, "none": None}}]
)
def test_what_is_kept_comes_back_as_it_was(value: Any) -> None:
    cache.set("kept", value, 60)
    assert cache.get("kept", "gone") == value


def test_a_number_can_be_counted_on() -> None:
    cache.set("count", 7, 60)
    assert cache.incr("count") == 8


class Trap:
    """What somebody else may have put there: to read it is to run it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("it was run",))


def test_what_somebody_else_wrote_there_is_never_run() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as other:
        other.set(cache.make_key("kept"), pickle.dumps(Trap()), 60)
    with pytest.raises(ValueError):  # noqa: PT011  # whatever json says
        cache.get("kept")
    cache.delete("kept")
