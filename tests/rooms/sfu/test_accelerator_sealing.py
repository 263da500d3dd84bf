"""Contract of what `rooms.sfu.accelerator` seals itself: as RFC 7714 has it, as libsrtp does it, no number twice."""

import _hashlib
from collections import Counter
from collections.abc import Callable
from ctypes import CDLL, CFUNCTYPE, c_int, c_ulong, c_void_p, cast
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from rooms.sfu import accelerator, gcm
from rooms.sfu.counters import Count
from rooms.sfu.fanout import Hearing
from rooms.sfu.peer import PROTECT
from rooms.sfu.rtp import Packet, build
from rooms.sfu.stage import FIRST, MAX_LATE, SEQUENCES
from tests.rooms.sfu.ears import PROFILES, WITHOUT_AEAD, Ear, Pipe, master, packets, port, session
from tests.rooms.sfu.test_accelerator import PLAIN, voice

BOB = 2
AEAD = [profile for profile, size in PROFILES.items() if size != WITHOUT_AEAD]
Make = Callable[[], Hearing]


def target(compiled: Path, profile: int = AEAD[0]) -> accelerator.Target:
    return accelerator.Target(accelerator.load(compiled), Ear(BOB, port(), (PLAIN,) * 3, profile).connection)


def rtp(sequence: int, ssrc: int = 7, level: int | None = 20) -> bytes:
    return build(Packet(111, False, sequence % SEQUENCES, 960, ssrc, level, b"voice"), 1, 111, sequence % SEQUENCES, 1)


def test_a_packet_is_sealed_as_in_rfc_7714_section_16_1(compiled: Path) -> None:
    one = target(compiled)
    one.key_size = 16
    one.key[:16] = range(16)
    one.salt[:] = bytes.fromhex("517569642070726f2071756f")
    header = bytes.fromhex("8040f17b8041f8d35501a0b2")
    sealed = one.seal(header + b"Gallia est omnis divisa in partes tres")
    assert sealed
    assert sealed.hex() == (
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb1"
        "6a9152cf765ee4390cce"
    )


STEPS = st.lists(st.integers(1 - MAX_LATE, 3000) | st.integers(-3, 3), max_size=120)


@pytest.mark.parametrize("profile", AEAD)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(steps=STEPS, level=st.none() | st.integers(0, 127))
def test_late_lost_repeated_and_rolled_over_it_seals_and_refuses_what_libsrtp_does(
    compiled: Path, profile: int, steps: list[int], level: int | None
) -> None:
    ours, newest = target(compiled, profile), FIRST
    theirs = Session(Policy(master(BOB, profile), Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))  # no repeats
    for step in [0, *steps]:
        sequence, newest = newest + step, max(newest, newest + step)
        packet = rtp(sequence, level=level)
        assert ours.seal(packet) == protected(theirs, packet)


def protected(theirs: Session, packet: bytes) -> bytes | None:
    try:
        return theirs.protect(packet)
    except Exception:  # noqa: BLE001  # pylibsrtp has one kind of error; here it is a replay
        return None


def test_after_a_rollover_a_receiver_still_opens_what_is_sealed(compiled: Path) -> None:
    one, policy = target(compiled), Policy(master(BOB, AEAD[0]), Policy.SSRC_ANY_INBOUND, srtp_profile=AEAD[0])
    receiver = Session(policy)
    for sequence in range(FIRST, FIRST + 2 * SEQUENCES, 997):
        assert receiver.unprotect(one.seal(rtp(sequence)) or b"") == rtp(sequence)


def test_no_number_is_sealed_twice_nor_one_so_late_that_nobody_knows(compiled: Path) -> None:
    one = target(compiled)
    assert one.seal(rtp(FIRST))
    assert one.seal(rtp(FIRST + 100))
    for sequence in (FIRST + 100, FIRST, FIRST + 100 - MAX_LATE - 1):
        assert one.seal(rtp(sequence)) is None
    assert one.seal(rtp(FIRST + 100 - MAX_LATE))
    assert one.seal(rtp(FIRST + 100 - MAX_LATE)) is None


@pytest.mark.parametrize("late", [0, 1, 62, 63])
def test_whatever_came_between_a_number_is_sealed_once(compiled: Path, late: int) -> None:
    for gap in range(1, 130):
        one = target(compiled)
        assert one.seal(rtp(FIRST))
        assert one.seal(rtp(FIRST + gap))
        assert one.seal(rtp(FIRST)) is None
        between = FIRST + gap - late
        assert (one.seal(rtp(between)) is None) == (between in {FIRST, FIRST + gap})
        assert one.seal(rtp(between)) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(numbers=st.lists(st.integers(0, 130), max_size=300))
def test_of_any_numbers_in_any_order_each_is_sealed_once_if_it_is_not_too_late(
    compiled: Path, numbers: list[int]
) -> None:
    one, sealed = target(compiled), set[int]()
    for number in numbers:
        fit = number not in sealed and number >= max(sealed, default=0) - MAX_LATE
        assert (one.seal(rtp(FIRST + number)) is not None) == fit
        if fit:
            sealed.add(number)


def test_each_slots_stream_is_numbered_apart_and_a_fourth_is_refused(compiled: Path) -> None:
    one = target(compiled)
    assert all(one.seal(rtp(FIRST, ssrc)) for ssrc in (7, 8, 9))
    assert one.seal(rtp(FIRST + 1, 10)) is None
    assert all(one.seal(rtp(FIRST + 1, ssrc)) for ssrc in (7, 8, 9))
    assert one.seal(rtp(FIRST, 8)) is None


def test_the_last_index_is_the_end(compiled: Path) -> None:
    one = target(compiled)
    assert one.seal(rtp(FIRST))
    one.numbers[0].highest = 2**48 - 2
    assert one.seal(rtp(SEQUENCES - 1))
    assert one.seal(rtp(0)) is None


INT = CFUNCTYPE(c_int)


@pytest.mark.parametrize("answer", [0, -1])
@pytest.mark.parametrize("step", ["init", "update", "final", "control"])
def test_what_openssl_fails_to_seal_goes_to_nobody_and_costs_the_next_nothing(
    compiled: Path, monkeypatch: pytest.MonkeyPatch, step: str, answer: int
) -> None:
    one, other = target(compiled), target(compiled)
    broken, failing = gcm.sealing(), INT(lambda: answer)
    setattr(broken, step, cast(failing, c_void_p).value)
    with monkeypatch.context() as here:
        here.setattr(accelerator, "SEALING", broken)
        assert one.seal(rtp(FIRST)) is None
    assert one.seal(rtp(FIRST)) is None
    for whose in (one, other):
        assert whose.seal(rtp(FIRST + 1)) == session(BOB, AEAD[0]).protect(rtp(FIRST + 1))


def test_an_error_of_openssls_is_not_left_to_whoever_asks_next(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crypto, broken = CDLL(_hashlib.__file__), gcm.sealing()
    crypto.ERR_peek_error.restype, crypto.EVP_CIPHER_CTX_new.restype = c_ulong, c_void_p
    broken.contexts[0] = crypto.EVP_CIPHER_CTX_new()
    monkeypatch.setattr(accelerator, "SEALING", broken)
    assert target(compiled, Policy.SRTP_PROFILE_AEAD_AES_128_GCM).seal(rtp(FIRST)) is None
    assert crypto.ERR_peek_error() == 0


def test_whoever_has_the_keys_of_a_connection_is_one(compiled: Path) -> None:
    ear = Ear(BOB, port(), (PLAIN,) * 3)
    one = accelerator.Target(accelerator.load(compiled), ear.connection)
    assert one.session is None
    with pytest.raises(AssertionError, match="given away"):
        accelerator.Target(accelerator.load(compiled), ear.connection)


def test_a_packet_that_was_sealed_before_costs_its_listener_that_one_alone(accelerated: Make) -> None:
    via, crowd, counters = port(), accelerated(), Counter[StrEnum]()
    ears = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(50)]
    early = [ears[number] for number in (0, 20, 21, 31, 32, 49)]
    for ear in early:
        crowd.add(ear.connection)
    crowd.send(voice(), counters)
    assert [len(ear.heard) for ear in early] == [1] * 6
    for ear in ears:
        if ear not in early:
            crowd.add(ear.connection)
    crowd.send(voice(), counters)
    assert packets(counters) == {Count.SENT: 6 + 44, Count.SEAL_FAILED: 6}
    assert [number for number, ear in enumerate(ears) if not ear.heard] == [0, 20, 21, 31, 32, 49]


@pytest.mark.parametrize("size", [0, 1, 11, 12, 15, 23])
def test_what_is_no_whole_packet_is_refused_and_costs_no_number(compiled: Path, size: int) -> None:
    one = target(compiled)
    assert one.seal(rtp(FIRST)[:size]) is None
    assert one.seal(rtp(FIRST))


def test_who_goes_from_udp_into_a_stream_and_back_is_numbered_on(accelerated: Make) -> None:
    via, pipe, crowd, counters = port(), Pipe(), accelerated(), Counter[StrEnum]()
    ear, theirs = Ear(BOB, via, (PLAIN,) * 3), session(BOB)
    crowd.add(ear.connection)
    for number in range(9):
        place = (pipe, ("127.0.0.1", 1)) if number % 3 == 1 else (via, ear.socket.getsockname())
        ear.connection.checked(*place, nominated=True, now=float(number))
        sequence = (SEQUENCES - 4 + number) % SEQUENCES
        crowd.send(voice(sequence), counters)
        here = pipe.sent.pop() if number % 3 == 1 else ear.heard.pop()
        assert here == theirs.protect(build(voice(sequence).packet, 1, 111, sequence, 1))
    assert packets(counters) == {Count.SENT: 9}
    pipe.socket.close()


@pytest.mark.parametrize("profile", PROFILES)
def test_where_openssl_cannot_be_called_libsrtp_seals(
    accelerated: Make, monkeypatch: pytest.MonkeyPatch, profile: int
) -> None:
    monkeypatch.setattr(accelerator, "SEALING", gcm.Sealing(protect=PROTECT))
    ear, crowd = Ear(BOB, port(), (PLAIN,) * 3, profile), accelerated()
    crowd.add(ear.connection)
    crowd.send(voice(), Counter())
    assert ear.connection.target
    assert ear.connection.target.key_size == 0
    assert ear.heard == [session(BOB, profile).protect(build(voice().packet, 1, 111, 1000, 1))]
