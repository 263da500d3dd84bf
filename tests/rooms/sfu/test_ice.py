"""Contract of `rooms.sfu.ice`: what aioice asks is answered, what was tampered with is refused."""

import secrets
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu import ice
from rooms.sfu.refusals import Code, Refused

PASSWORD = "the-server-password-1234"
TRANSACTION = b"0123456789ab"


def request(
    *,
    nominate: bool = False,
    username: str = "server:browser",
    password: str | None = PASSWORD,
    transaction: bytes = TRANSACTION,
) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, transaction)
    message.attributes["USERNAME"] = username
    message.attributes["PRIORITY"] = 1853824767
    message.attributes["ICE-CONTROLLING"] = 7
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    if password is not None:
        message.add_message_integrity(password.encode())
    return bytes(message)


def refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        ice.parse(data)
    assert caught.value.code is Code.STUN_INVALID


@pytest.mark.parametrize("nominate", [True, False])
def test_a_browsers_check_is_read(nominate: bool) -> None:
    read = ice.parse(request(nominate=nominate))
    assert (read.transaction, read.user, read.nominated) == (TRANSACTION, "server", nominate)
    ice.check(read, PASSWORD)


def test_a_check_without_fingerprint_is_read() -> None:
    plain = request()[:-8]
    ice.check(ice.parse(plain[:2] + (len(plain) - 20).to_bytes(2, "big") + plain[4:]), PASSWORD)


def test_no_answer_is_more_than_a_fifth_longer_than_the_shortest_request_that_gets_one() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, TRANSACTION)
    message.attributes["USERNAME"] = f"{secrets.token_hex(8)}:x"
    message.add_message_integrity(PASSWORD.encode())
    plain = bytes(message)[:-8]
    shortest = plain[:2] + (len(plain) - 20).to_bytes(2, "big") + plain[4:]
    read = ice.parse(shortest)
    ice.check(read, PASSWORD)
    assert len(ice.answer(read, "2001:db8::1", 65535, PASSWORD)) <= 1.2 * len(shortest)


def test_a_check_made_with_another_password_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        ice.check(ice.parse(request(password="mallory")), PASSWORD)
    assert caught.value.code is Code.STUN_FORGED


def test_no_byte_of_a_check_but_its_fingerprints_can_be_changed() -> None:
    good = request(nominate=True)
    for position in range(len(good) - 8):
        bad = bytearray(good)
        bad[position] ^= 0x55
        with pytest.raises(Refused):
            ice.check(ice.parse(bytes(bad)), PASSWORD)


def test_attributes_after_the_integrity_do_not_count() -> None:
    unsigned = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, TRANSACTION)
    unsigned.attributes["USERNAME"] = "server:browser"
    unsigned.add_message_integrity(PASSWORD.encode())
    data = bytes(unsigned)[:-8] + b"\x00\x25\x00\x00"
    read = ice.parse(data[:2] + (len(data) - 20).to_bytes(2, "big") + data[4:])
    assert not read.nominated


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(20),
        request()[:-1],
        request() + bytes(4),
        request(password=None),
        request(username="no colon"),
        request(username=":browser"),
        request(username="x:" + "y" * 600),
        b"\x01\x01" + request()[2:],
        request()[:4] + bytes(4) + request()[8:],
        request() + bytes(2000),
    ],
)
def test_what_is_not_a_check_is_refused(data: bytes) -> None:
    refused(data)


def test_an_attribute_that_must_be_understood_and_is_not_is_refused() -> None:
    message = b"\x00\x01\x00\x08" + request()[4:20] + b"\x00\x14\x00\x04abcd"
    refused(message)


@given(st.binary(max_size=1200))
def test_any_bytes_give_a_request_or_a_refusal(data: bytes) -> None:
    for candidate in (data, b"\x00\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + TRANSACTION + data):
        with suppress(Refused):
            ice.parse(candidate)


@given(st.data())
def test_a_mangled_check_gives_a_request_or_a_refusal(data: st.DataObject) -> None:
    mangled = bytearray(request())
    for _ in range(data.draw(st.integers(1, 6))):
        mangled[data.draw(st.integers(0, len(mangled) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        ice.parse(bytes(mangled[: data.draw(st.integers(0, len(mangled)))]))


@given(st.ip_addresses(), st.integers(1, 65535))
def test_the_answer_tells_aioice_its_address_under_our_password(address: object, port: int) -> None:
    answer = ice.answer(ice.parse(request()), str(address), port, PASSWORD)
    read = stun.parse_message(answer)
    assert read.check_message_integrity(PASSWORD.encode())
    assert read.transaction_id == TRANSACTION
    assert (read.message_method, read.message_class) == (stun.Method.BINDING, stun.Class.RESPONSE)
    host, seen = read.attributes["XOR-MAPPED-ADDRESS"]
    assert (ip_address(host), seen) == (address, port)
    assert "FINGERPRINT" in read.attributes


def routine(data: bytes, host: str = "203.0.113.7", port: int = 4000, password: str = PASSWORD) -> ice.Routine:
    return ice.Routine(data, ice.parse(data), host, port, password)


@given(st.ip_addresses(), st.integers(1, 65535), st.binary(min_size=12, max_size=12), st.text("aZ09+/", max_size=64))
def test_a_check_that_comes_again_is_answered_as_if_it_had_been_read(
    address: object, port: int, transaction: bytes, password: str
) -> None:
    again = request(password=password, transaction=transaction)
    first = routine(request(password=password), str(address), port, password)
    assert first.answer(again) == ice.answer(ice.parse(again), str(address), port, password)


def test_no_byte_of_a_check_that_comes_again_can_be_changed() -> None:
    good = request(nominate=True)
    usual = routine(good)
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 0x55
        assert usual.answer(bytes(bad)) is None
    assert usual.answer(good)


@pytest.mark.parametrize(
    "other",
    [
        b"",
        request()[:-1],
        request()[:-8],
        request() + bytes(4),
        request(nominate=True),
        request(username="server:mallory"),
        request(password="mallory"),
        request(password=None),
    ],
)
def test_what_is_another_check_or_none_has_to_be_read(other: bytes) -> None:
    assert routine(request()).answer(other) is None


def test_a_check_without_fingerprint_has_to_be_read_each_time() -> None:
    plain = bare(request())
    assert routine(plain).answer(plain) is None


@given(st.text("abcdef0123456789", min_size=1, max_size=200), st.ip_addresses(), st.integers(1, 65535))
def test_no_answer_is_longer_than_its_question_by_more_than_a_fifth(
    theirs: str, host: IPv4Address | IPv6Address, port: int
) -> None:
    question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, TRANSACTION)
    question.attributes["USERNAME"] = f"{'0' * 16}:{theirs}"  # ours is as long as `registry` makes it
    question.add_message_integrity(PASSWORD.encode())
    for asked in (bytes(question), bare(bytes(question))):
        assert len(ice.answer(ice.parse(asked), str(host), port, PASSWORD)) <= 1.2 * len(asked)


def bare(data: bytes) -> bytes:
    """The shortest form of the same question: without FINGERPRINT."""
    return data[:2] + (len(data) - 28).to_bytes(2, "big") + data[4:-8]
