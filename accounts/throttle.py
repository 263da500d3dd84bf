"""How often a thing may be tried: counters in Redis, shared by every process, changed by one script each.

A window begins with the first try and ends `per` seconds later, whatever happens in between. Keys are hashed, so that
no address and no name stands in Redis. When Redis is away nothing may be tried (`Unavailable`, a 503): a guard that
cannot count must not open the gate.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""
_TRIED = "return tonumber(redis.call('GET', KEYS[1]) or '0')"
_RELEASE = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 0
"""


class Unavailable(Exception):  # noqa: N818  # named for the answer it becomes, a 503
    """Redis does not answer, so nothing can be counted."""


class TooMany(Exception):  # noqa: N818  # named for the answer it becomes, a 429
    """The limit is reached; `wait` is the longest it can last, in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` tries in `per` seconds for each key of `scope`."""

    scope: str
    limit: int
    per: int


WRONG_CODES = Rule("code.address", limit=10, per=600)
WRONG_PASSWORDS_FROM = Rule("password.address", limit=30, per=900)
WRONG_PASSWORDS_FOR = Rule("password.account", limit=10, per=900)
WRONG_PASSKEYS = Rule("passkey.address", limit=30, per=900)
CHALLENGES = Rule("challenge.address", limit=300, per=900)  # for a passkey; a session is kept for each
WRONG_SECOND_FACTORS = Rule("factor.account", limit=5, per=300)
CHANGES = Rule("account.change", limit=120, per=3600)  # each new name is an event in every room they are seen in
CODES = Rule("invite.issue", limit=60, per=3600)  # the quota ends nothing: a code that is revoked gives it back

Try = tuple[Rule, str]


def hit(scope: str, key: str, *, limit: int, per: int) -> bool:
    """Whether one more try is allowed now; it counts either way. Raises `Unavailable`."""
    return _run(_HIT, _name(scope, key), per * 1000) <= limit


def used_up(scope: str, key: str, *, limit: int) -> bool:
    """Whether no more tries are allowed now; to ask is none. Raises `Unavailable`."""
    return _run(_TRIED, _name(scope, key)) >= limit


def release(scope: str, key: str) -> None:
    """Take one try back, as after a right password: only wrong ones are to count. Raises `Unavailable`."""
    _run(_RELEASE, _name(scope, key))


def begin(*tries: Try) -> None:
    """Count one try under each rule. Raises `TooMany` where one is used up, and `Unavailable`."""
    for rule, key in tries:
        if not hit(rule.scope, key, limit=rule.limit, per=rule.per):
            raise TooMany(rule.per)


def forgive(*tries: Try) -> None:
    """Take back what `begin` counted: the try was a right one. Raises `Unavailable`."""
    for rule, key in tries:
        release(rule.scope, key)


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address (one subscriber has all of it)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _name(scope: str, key: str) -> str:
    return f"stoa:throttle:{scope}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _run(script: str, key: str, *arguments: int) -> int:
    try:
        return int(str(_client(settings.REDIS_URL).eval(script, 1, key, *map(str, arguments))))
    except redis.RedisError as error:
        raise Unavailable from error


@lru_cache(maxsize=4)
def _client(url: str) -> "redis.Redis":
    once = Retry(NoBackoff(), 1)  # left alone, redis-py would try for some seven seconds
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once)
