"""Counters in a real Valkey, shared by processes."""

import socket
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from uuid import uuid4

import pytest
import redis
from django.conf import settings as configured
from pytest_django import Settings

from accounts import throttle
from accounts.throttle import Rule, TooMany, Unavailable


@pytest.fixture
def key() -> str:
    return uuid4().hex


def test_the_limit_is_the_last_try_that_is_allowed(key: str) -> None:
    assert [throttle.hit("test", key, limit=3, per=60) for _ in range(5)] == [True, True, True, False, False]


def test_to_ask_whether_tries_are_used_up_is_none(key: str) -> None:
    asked = [throttle.used_up("test", key, limit=2) for _ in range(5)]
    throttle.hit("test", key, limit=2, per=60)
    assert not any(asked)
    assert not throttle.used_up("test", key, limit=2)
    throttle.hit("test", key, limit=2, per=60)
    assert throttle.used_up("test", key, limit=2)


def test_keys_and_scopes_are_counted_apart(key: str) -> None:
    assert throttle.hit("test", key, limit=1, per=60)
    assert not throttle.hit("test", key, limit=1, per=60)
    assert throttle.hit("test", key + "x", limit=1, per=60)
    assert throttle.hit("other", key, limit=1, per=60)


def test_a_try_that_is_taken_back_does_not_count(key: str) -> None:
    throttle.release("test", key)
    for _ in range(5):
        assert throttle.hit("test", key, limit=1, per=60)
        throttle.release("test", key)


def test_every_counter_ends_by_itself(key: str) -> None:
    throttle.hit("test", key, limit=1, per=60)
    throttle.hit("test", key, limit=1, per=60)
    throttle.release("test", key)
    with redis.Redis.from_url(configured.REDIS_URL) as client:
        names = list(client.scan_iter("stoa:throttle:test:*"))
        assert names
        assert all(0 < client.pttl(name) <= 60_000 for name in names)


def test_no_address_and_no_name_stands_in_redis(key: str) -> None:
    throttle.hit("test", "192.0.2.77", limit=1, per=60)
    with redis.Redis.from_url(configured.REDIS_URL) as client:
        assert not any(b"192.0.2.77" in name for name in client.scan_iter("*"))


def test_begin_refuses_when_any_rule_is_used_up(key: str) -> None:
    wide, narrow = (Rule("wide", 10, 60), key), (Rule("narrow", 1, 300), key)
    throttle.begin(wide, narrow)
    with pytest.raises(TooMany) as refused:
        throttle.begin(wide, narrow)
    assert refused.value.wait == 300
    throttle.forgive(wide, narrow)
    throttle.forgive(wide, narrow)
    throttle.begin(wide, narrow)


def _hits(key: str, url: str, times: int) -> int:
    """How many tries one process is allowed."""
    with redis.Redis.from_url(url) as client:
        throttle._client.cache_clear()
        assert client.ping()
    return sum(throttle.hit("race", key, limit=25, per=60) for _ in range(times))


def test_processes_and_threads_share_one_count(key: str) -> None:
    context = get_context("fork")
    with context.Pool(4) as pool:
        processes = [pool.apply_async(_hits, (key, configured.REDIS_URL, 20)) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            own = sum(threads.map(lambda _: throttle.hit("race", key, limit=25, per=60), range(20)))
        allowed = own + sum(process.get() for process in processes)
    assert allowed == 25


def test_without_redis_nothing_may_be_tried(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unavailable):
            throttle.hit("test", "key", limit=1, per=60)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_one_subscriber_counts_as_one_address(address: str, counted_as: str) -> None:
    assert throttle.network(address) == counted_as
