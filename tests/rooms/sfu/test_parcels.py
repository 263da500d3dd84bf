"""Contract of `rooms.sfu.parcels`: what one process closed another opens, once; everything else is refused."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.parcels import MAX_EPOCHS, Parcel, Receiver, Sender, _box, _nonce
from rooms.sfu.red import MAX_AGE, MAX_COPIES, MAX_SIZE, Copy
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.rtp import MAX_PAYLOAD, Packet

ALICE = 1
KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
EPOCH = b"epoch 01"
PACKET = Packet(0, True, 1000, 48_000, 77, 23, b"the voice of alice", (Copy(1920, b"before"), Copy(960, b"last")))
PARCEL = Parcel(ALICE, 1_700_000_000_000, PACKET)
GOLDEN = (
    "0165706f63682030310000000000000001db15baea2f960bb44101920057e54a4db8e73051184bba"
    "1e567db31f68246332e70086c8d5edccc443f1bd1ec042e87b02cf49c302e427cfb5186735ba849b"
    "1a330e14f2eb6b6e838a02fc059014"
)


def sender(epoch: bytes = EPOCH, key: bytes = KEY, sfu: str = "node-0") -> Sender:
    return Sender(key, sfu, epoch)


def receiver(key: bytes = KEY, sfu: str = "node-0") -> Receiver:
    return Receiver(key, sfu)


def refusal(data: bytes, into: Receiver | None = None) -> Code:
    with pytest.raises(Refused) as caught:
        (into or receiver()).open(data)
    return caught.value.code


def test_the_bytes_on_the_wire_stay_what_they_are() -> None:
    assert sender().close(PARCEL).hex() == GOLDEN
    assert receiver().open(bytes.fromhex(GOLDEN)) == (PARCEL, 0)


def test_nothing_that_was_said_can_be_read_on_the_way() -> None:
    data = sender().close(PARCEL)
    assert not [frame for frame in (b"the voice", b"before", b"last", KEY) if frame in data]


packets = st.builds(
    Packet,
    st.just(0),
    st.booleans(),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.none() | st.integers(0, 127),
    st.binary(min_size=1, max_size=MAX_PAYLOAD),
    st.lists(
        st.builds(Copy, st.integers(0, MAX_AGE), st.binary(min_size=1, max_size=MAX_SIZE)), max_size=MAX_COPIES
    ).map(tuple),
)
parcels = st.builds(Parcel, st.integers(0, 0xFFFFFFFF), st.integers(0, (1 << 64) - 1), st.none() | packets)


@given(st.lists(parcels, min_size=1, max_size=5))
def test_every_parcel_is_opened_as_it_was_closed(sent: list[Parcel]) -> None:
    out, into = sender(), receiver()
    assert [into.open(out.close(parcel)) for parcel in sent] == [(parcel, 0) for parcel in sent]


@given(st.integers(0, len(sender().close(PARCEL)) * 8 - 1))
def test_any_bit_flipped_is_refused_and_nothing_changed(bit: int) -> None:
    data = bytearray(sender().close(PARCEL))
    data[bit // 8] ^= 1 << bit % 8
    into = receiver()
    assert refusal(bytes(data), into) in {Code.FORGED, Code.PARCEL_INVALID}
    assert into.open(sender().close(PARCEL)) == (PARCEL, 0)


@given(st.integers(0, len(sender().close(PARCEL)) - 1))
def test_a_parcel_cut_short_is_refused(size: int) -> None:
    assert refusal(sender().close(PARCEL)[:size]) in {Code.FORGED, Code.PARCEL_INVALID}


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    refusal(data)


@given(st.binary(max_size=100))
def test_any_bytes_closed_with_the_key_are_a_parcel_or_refused(body: bytes) -> None:
    head = b"\1" + EPOCH + (1).to_bytes(8, "big")
    data = head + _box(KEY, "node-0", EPOCH).encrypt(_nonce(1), body, head)
    with suppress(Refused):
        assert receiver().open(data)[0].hop >= 0


def test_a_replay_is_refused_and_so_is_what_comes_after_a_newer_one() -> None:
    out, into = sender(), receiver()
    first, second = out.close(PARCEL), out.close(PARCEL)
    into.open(second)
    assert (refusal(second, into), refusal(first, into)) == (Code.REPLAYED, Code.REPLAYED)


def test_what_was_missed_is_told() -> None:
    out, into = sender(), receiver()
    data = [out.close(PARCEL) for _ in range(10)]
    assert [into.open(data[number])[1] for number in (3, 4, 9)] == [0, 0, 4]


def test_a_process_that_began_anew_is_heard_and_what_it_said_before_is_not_any_more() -> None:
    old, new, into = sender(), sender(b"epoch 02"), receiver()
    into.open(old.close(PARCEL))
    late = old.close(PARCEL)
    assert into.open(new.close(PARCEL)) == (PARCEL, 0)
    assert refusal(late, into) is Code.REPLAYED
    assert into.open(new.close(PARCEL)) == (PARCEL, 0)


def test_only_so_many_epochs_are_remembered() -> None:
    into = receiver()
    for number in range(MAX_EPOCHS + 5):
        into.open(sender(number.to_bytes(8, "big")).close(PARCEL))
    assert len(into._epochs) == MAX_EPOCHS


@pytest.mark.parametrize("out", [sender(key=OTHER), sender(sfu="mallory-0")])
def test_one_with_another_key_or_another_name_is_not_believed(out: Sender) -> None:
    assert refusal(out.close(PARCEL)) is Code.FORGED


def test_one_who_sent_nothing_new_cannot_make_us_forget_who_did() -> None:
    out, into = sender(), receiver()
    into.open(out.close(PARCEL))
    for number in range(MAX_EPOCHS + 5):
        refusal(sender(number.to_bytes(8, "big"), OTHER).close(PARCEL), into)
    assert into.open(out.close(PARCEL)) == (PARCEL, 0)


def test_a_packet_without_a_level_has_none_at_the_other_end() -> None:
    parcel = replace(PARCEL, packet=replace(PACKET, level=None, marker=False, copies=()))
    assert receiver().open(sender().close(parcel)) == (parcel, 0)
