"""Changes of what fuzzed things are made of: bytes, lists, lines and JSON values. Half of them leave the form whole."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, TypeVar

from moderation.audit import verify
from moderation.audit.verify import Refused
from tests.moderation.audit.logs import LOG, WITNESS_KEY

Item = TypeVar("Item")
Bytes = Callable[[bytes], bytes]
"""libFuzzer's own change of some bytes."""

_DEEP: Any = json.loads("[" * 400 + "]" * 400)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**53 - 1, 2**53, -(2**53), 2**63, 10**30, 0.5),
    *("", "0" * 64, "ab" * 16, "\ud800", "\uffff", "\U0001d11e", "a\r\nb", "\0", "é", [], {}, [[0, 1]], _DEEP),
)
_NAMES = ("index", "leaf", "openings", "commitments", "action", "detail", "note", "first", "é", "\uffff", "\U0001d11e")
_TOKENS = (
    *(b"NaN", b"-0", b"1E5", b"1.0", b"Infinity", b"\\u0061", b"\\ud800", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\0"),
    *(b"\r", b"\n", b" ", b'"index":0,', b"18446744073709551616", b"[" * 2000, b"\xe2\x80\x94", b"\xe2\x80\xa8", b"+"),
)
LINES = (
    *(str(LOG.key), str(WITNESS_KEY), LOG.name, WITNESS_KEY.name, verify.PRUNING, verify.PROOF, verify.BUNDLE),
    *("", "0", "1", "00", "+1", "9", str(2**63 - 1), str(2**63), "0-5 7", "7 0", "0-0", "extra ", "index 0"),
)


def any_bytes(data: bytes, chance: Random, changed: Bytes = bytes) -> bytes:
    """Some bytes changed, as libFuzzer does, or a token put in that readers of a format may stumble over."""
    if chance.randrange(2):
        return changed(data)
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_TOKENS) + data[place + chance.choice((0, 0, 1, 4)) :]


def any_text(text: str, chance: Random) -> str:
    """A text with such a token in it, or as it was."""
    return any_bytes(text.encode("utf-8", "replace"), chance).decode("utf-8", "replace")


def rearranged(items: list[Item], chance: Random) -> list[Item]:
    """The items, one of them gone, twice there, or in another's place."""
    if not items:
        return items
    place, other = chance.randrange(len(items)), chance.randrange(len(items))
    match chance.randrange(3):
        case 0:
            return [*items[:place], *items[place + 1 :]]
        case 1:
            return [*items[:other], items[place], *items[other:]]
    rest = [*items]
    rest[place], rest[other] = rest[other], rest[place]
    return rest


def lines(data: bytes, chance: Random, changed: Bytes) -> bytes:
    """A text, its lines rearranged, or one of them another, or what it has in base64, or some bytes changed."""
    found = data.split(b"\n")
    place = chance.randrange(len(found))
    match chance.randrange(5):
        case 0:
            found = rearranged(found, chance)
        case 1:
            found[place] = chance.choice(LINES).encode()
        case 2:
            head, blank, tail = found[place].rpartition(b" ")
            with suppress(ValueError):
                found[place] = head + blank + base64.b64encode(changed(base64.b64decode(tail, validate=True)))
        case 3:
            found[place] = changed(found[place])
        case _:
            return any_bytes(data, chance, changed)
    return b"\n".join(found)


def value(whole: Any, chance: Random) -> Any:
    """A JSON value, one thing somewhere in it changed."""
    match whole:
        case dict() if whole and chance.randrange(8):
            return _object(whole, chance)
        case list() if whole and chance.randrange(8):
            if chance.randrange(2):
                return rearranged(whole, chance)
            place = chance.randrange(len(whole))
            return [*whole[:place], value(whole[place], chance), *whole[place + 1 :]]
        case bool():
            return not whole
        case int() if chance.randrange(2):
            return whole + chance.choice((-1, 1, 2, 64, -whole))
        case str() if chance.randrange(2):
            return any_text(whole, chance)
    return chance.choice(_ODD)


def _object(whole: dict[str, Any], chance: Random) -> dict[str, Any]:
    name = chance.choice(list(whole))
    match chance.randrange(5):
        case 0:
            return {other: whole[other] for other in whole if other != name}
        case 1:
            return whole | {chance.choice(_NAMES): whole[name]}
    return whole | {name: value(whole[name], chance)}


def read(data: bytes | str) -> Any:
    """The JSON value, None where there is none."""
    with suppress(ValueError, RecursionError):
        return json.loads(data)
    return None


def written(whole: Any) -> bytes:
    """The value in canonical JSON, as far as there is any."""
    try:
        return verify.canonical(whole).encode("utf-8", "surrogatepass")
    except (Refused, ValueError):  # too deep, or NaN
        return b"[" * 1000
