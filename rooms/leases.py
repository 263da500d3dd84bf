"""Who is alive: a process holds a lease in Redis for as long as it renews it."""

from collections.abc import Collection

from rooms import bus

SECONDS = 15
RENEW_EVERY = 5


def renew(*holders: str) -> None:
    """Hold the leases for the next 15 seconds. Raises `redis.RedisError`."""
    pipeline = bus.client().pipeline(transaction=False)
    for holder in holders:
        pipeline.set(_key(holder), "", ex=SECONDS)
    pipeline.execute()


def living(holders: Collection[str]) -> Collection[str]:
    """Those of `holders` that hold their lease. Raises `redis.RedisError`."""
    found: list[str | None] = bus.client().mget([_key(holder) for holder in holders])  # type: ignore[assignment]  # redis-py types both its clients at once
    return [holder for holder, lease in zip(holders, found, strict=True) if lease is not None]


def _key(holder: str) -> str:
    return f"stoa:lease:{holder}"
