"""Contract of `rooms.sfu.envelope`: one process opens it, for one room, turn and set; nobody else, for nothing else."""

from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.envelope import close, open_
from rooms.sfu.messages import Spread
from rooms.sfu.refusals import Code, Refused

OURS = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = OURS.public_key().public_bytes_raw().hex()
EPHEMERAL = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEY = bytes(range(64, 96))
GOLDEN = (
    "07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c8160f3033ac11291"
    "5f7422815a0da3353b8c12d2450ea5abbc78612b860cdb318eb77ec0c00af1c2188d2ac3f840061c"
)
ORDER = close(Spread("room", 3, ("node-0", "node-1"), ""), KEY, PUBLIC, EPHEMERAL)


def refusal(order: Spread, private: X25519PrivateKey = OURS) -> Code:
    with pytest.raises(Refused) as caught:
        open_(order, private)
    return caught.value.code


def test_the_process_it_was_closed_for_opens_it() -> None:
    assert open_(ORDER, OURS) == KEY


def test_the_key_cannot_be_read_in_it_and_its_bytes_stay_what_they_are() -> None:
    assert KEY.hex() not in ORDER.key
    assert ORDER.key == GOLDEN


def test_nobody_else_opens_it() -> None:
    assert refusal(ORDER, EPHEMERAL) is Code.FORGED


@pytest.mark.parametrize("change", [{"room": "other"}, {"turn": 4}, {"carriers": ("node-0", "mallory-0")}])
def test_it_opens_for_no_other_room_turn_or_set(change: dict[str, object]) -> None:
    assert refusal(replace(ORDER, **change)) is Code.FORGED  # type: ignore[arg-type]  # one field each


@pytest.mark.parametrize("key", ["", "no", ORDER.key[:-2], ORDER.key + "00", "00" * 80, "zz" * 80])
def test_what_is_no_envelope_is_refused(key: str) -> None:
    assert refusal(replace(ORDER, key=key)) is Code.MESSAGE_INVALID


@pytest.mark.parametrize("public", ["", "00" * 31, "00" * 32, "zz" * 32])
def test_it_is_closed_for_no_key_that_is_none(public: str) -> None:
    with pytest.raises(Refused) as caught:
        close(ORDER, KEY, public, EPHEMERAL)
    assert caught.value.code is Code.MESSAGE_INVALID


@given(st.integers(0, 80 * 8 - 1))
def test_any_bit_flipped_is_refused(bit: int) -> None:
    sealed = bytearray(bytes.fromhex(ORDER.key))
    sealed[bit // 8] ^= 1 << bit % 8
    assert refusal(replace(ORDER, key=sealed.hex())) in {Code.FORGED, Code.MESSAGE_INVALID}


TEXT = st.text(st.characters(codec=None))


@given(TEXT, st.integers(), st.lists(TEXT), st.one_of(st.text(), st.binary().map(bytes.hex)))
def test_any_order_is_opened_or_refused(room: str, turn: int, carriers: list[str], key: str) -> None:
    with suppress(Refused):
        open_(Spread(room, turn, tuple(carriers), key), OURS)
