"""What a case keeps of words, sealed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from moderation.hearing.box import ShutError, seal, unseal

CASE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = CASE.public_key().public_bytes_raw().hex()


def _sealed(plain: bytes, place: bytes = b"here") -> bytes:
    return seal(plain, PUBLIC, place, X25519PrivateKey.generate())


@given(some.binary(max_size=200))
def test_whoever_has_the_private_half_reads_what_was_put_in(plain: bytes) -> None:
    assert unseal(_sealed(plain), CASE, b"here") == plain


def test_nothing_of_it_shows() -> None:
    assert b"kill you" not in _sealed(b"i will kill you")
    assert _sealed(b"x") != _sealed(b"x")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(ShutError):
        unseal(_sealed(b"words"), X25519PrivateKey.generate(), b"here")


def test_it_opens_in_no_other_place() -> None:
    with pytest.raises(ShutError):
        unseal(_sealed(b"words"), CASE, b"there")


@given(some.integers(0, 52), some.integers(0, 7))
def test_a_changed_bit_is_found(place: int, bit: int) -> None:
    box = bytearray(_sealed(b"words"))
    box[place] ^= 1 << bit
    with pytest.raises(ShutError):
        unseal(bytes(box), CASE, b"here")


@given(some.binary(max_size=60))
def test_what_is_no_box_does_not_open(box: bytes) -> None:
    with pytest.raises(ShutError):
        unseal(box, CASE, b"here")


def test_a_key_that_is_none_seals_nothing() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(b"words", "00", b"here", X25519PrivateKey.generate())
