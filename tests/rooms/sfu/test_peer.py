"""Contract of `rooms.sfu.peer`, and of the private names of aiortc and pylibsrtp that it leans on."""

import asyncio
import ctypes
import weakref
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate, RTCDtlsTransport
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import crypto
from pylibsrtp import ERRORS, Session, _binding

from rooms.sfu import peer as module
from rooms.sfu import srtp
from rooms.sfu.accelerator import Target, load
from rooms.sfu.peer import MAX_DATAGRAM, MAX_QUEUED, MAX_SSRCS, Identity, Peer
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.rtcp import sender_report
from rooms.sfu.rtp import Packet, build
from tests.rooms.sfu.ears import Ear, port

ALICE, SERVER = Identity.generateCertificate(), Identity.generateCertificate()
WRONG = ":".join(["00"] * 32)


def rtp(sequence: int = 1, ssrc: int = 9) -> bytes:
    return build(Packet(111, False, sequence, 0, ssrc, 20, b"voice"), 5, 111, sequence, 1)


def nothing() -> None:
    """What happens when nobody cares that the other side left."""


async def shake(
    ours: Peer, theirs: Peer, *, client: bool = False, known: str = "", left: Callable[[], None] = nothing
) -> tuple[bool, bool]:
    """Both sides' results; `known` is the fingerprint that we expect of the other side."""
    expected = [("sha-256", known or ALICE.fingerprint)]
    results = await asyncio.gather(
        ours.handshake(client=client, fingerprints=expected, send=theirs.feed, left=left),
        theirs.handshake(
            client=not client, fingerprints=[("sha-256", SERVER.fingerprint)], send=ours.feed, left=nothing
        ),
    )
    return results[0], results[1]


class Odd(Identity):
    """An identity whose certificate says that it is of a version that there is not."""

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        context = super()._create_ssl_context(srtp_profiles)
        pem = self._cert.public_bytes(Encoding.PEM)
        odd = crypto.load_certificate(crypto.FILETYPE_PEM, pem)
        odd.set_version(6)
        odd.sign(crypto.PKey.from_cryptography_key(self._key), "sha256")
        context.use_certificate(odd)
        return context


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # nothing else writes such a one
async def test_a_certificate_that_cannot_be_read_is_a_handshake_that_failed() -> None:
    ours, theirs = Peer(SERVER), Peer(Odd.generateCertificate())
    accepted, _ = await shake(ours, theirs)
    assert not accepted
    assert not ours.ready
    await finish(ours, theirs)


async def pair(**options: Any) -> tuple[Peer, Peer]:
    ours, theirs = Peer(SERVER), Peer(ALICE)
    assert await shake(ours, theirs, **options) == (True, True)
    return ours, theirs


async def finish(*peers: Peer) -> None:
    for one in peers:
        await one.close()
    await asyncio.sleep(0)


def refusal(act: Callable[[], object]) -> Code:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_the_private_names_that_we_lean_on_are_where_they_were() -> None:
    transport = RTCDtlsTransport(module._Wire(), [ALICE])  # type: ignore[arg-type]  # what it asks of a transport
    for name in (
        "_set_role",
        "_setup_srtp",
        "_rx_srtp",
        "_tx_srtp",
        "_ssl",
        "_srtp_profiles",
        "_role",
        "start",
        "stop",
        "on",
    ):
        assert hasattr(transport, name)
    assert transport.state == "new"
    assert callable(RTCCertificate._create_ssl_context)
    holder = Session()._srtp
    assert _binding.ffi.typeof(holder[0]) is _binding.ffi.typeof("srtp_t")
    protect = _binding.ffi.typeof(_binding.ffi.addressof(_binding.lib, "srtp_protect"))
    assert protect.cname == "srtp_err_status_t(*)(struct srtp_ctx_t_ *, void *, int *)"
    for name in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp", "srtp_err_status_ok"):
        assert hasattr(_binding.lib, name)
    assert "replay" in ERRORS[9]
    assert "replay" in ERRORS[10]


def test_all_peers_share_one_tls_context_and_one_fingerprint() -> None:
    assert SERVER._create_ssl_context(SRTP_PROFILES) is SERVER._create_ssl_context(SRTP_PROFILES)
    assert SERVER.fingerprint is SERVER.fingerprint
    assert len(SERVER.fingerprint) == 32 * 3 - 1


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has one heap for all threads")
async def test_the_sessions_lie_close_together_and_not_where_handshakes_leave_holes() -> None:
    peers = [one for _ in range(20) for one in await pair()]
    places = sorted(one.outgoing[0] for one in peers)
    assert median(after - before for before, after in pairwise(places)) < 20_000  # older holes may take a few
    await finish(*peers)


@pytest.mark.parametrize("client", [False, True])
async def test_both_dtls_roles_end_in_srtp_both_ways(client: bool) -> None:
    ours, theirs = await pair(client=client)
    for one, other in ((ours, theirs), (theirs, ours)):
        sealed = one.seal(rtp())
        assert sealed is not None
        assert other.open(sealed) == rtp()
        report = sender_report(9, 0.0, 0, 1, 5)
        sealed = one.seal_rtcp(report)
        assert sealed is not None
        assert other.open_rtcp(sealed) == report
    await finish(ours, theirs)


@pytest.mark.parametrize("client", [False, True])
async def test_whoever_is_entrusted_with_the_keys_seals_what_the_other_side_opens(client: bool, compiled: Path) -> None:
    ours, theirs = await pair(client=client)
    connection = Ear(2, port()).connection
    connection.peer = ours
    target = Target(load(compiled), connection)
    assert target.key_size == 32
    for number in (1, 2):
        sealed = ours.seal(rtp(number))
        assert sealed
        assert theirs.open(sealed) == rtp(number)
    assert ours.seal(rtp(2)) is None
    await finish(ours, theirs)


async def test_the_keys_are_given_away_once_and_never_after_libsrtp_has_sealed() -> None:
    ours, theirs = await pair()
    assert ours.entrust(lambda packet: packet)
    with pytest.raises(RuntimeError):
        ours.entrust(lambda _: None)
    assert ours.seal(b"packet") == b"packet"
    assert theirs.seal(rtp())
    assert theirs.entrust(lambda _: None) is None
    assert theirs.seal(rtp(2))
    await finish(ours, theirs)


async def test_where_libsrtp_is_to_seal_nobody_gets_the_keys_later() -> None:
    ours, theirs = await pair()
    assert ours.entrust(None) is None
    assert ours.entrust(lambda _: None) is None
    assert theirs.open(ours.seal(rtp()) or b"") == rtp()
    await finish(ours, theirs)


async def test_after_its_close_nobody_seals_for_a_peer() -> None:
    ours, theirs = await pair()
    assert ours.entrust(lambda packet: packet)
    await finish(ours, theirs)
    assert ours.entrust(lambda packet: packet) is None
    with pytest.raises(TypeError):
        ours.seal(rtp())


async def test_without_an_aead_nobody_is_entrusted(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = [profile for profile in SRTP_PROFILES if profile.salt_length != srtp.SALT]
    monkeypatch.setattr("aiortc.rtcdtlstransport.SRTP_PROFILES", profiles)
    monkeypatch.setattr(SERVER, "_context", None)
    monkeypatch.setattr(ALICE, "_context", None)
    ours, theirs = await pair()
    assert ours.entrust(lambda _: None) is None
    assert theirs.open(ours.seal(rtp()) or b"") == rtp()
    await finish(ours, theirs)


async def test_a_wrong_fingerprint_fails_the_handshake() -> None:
    ours, theirs = Peer(SERVER), Peer(ALICE)
    result, _ = await shake(ours, theirs, known=WRONG)
    assert result is False
    assert not ours.ready
    await finish(ours, theirs)


async def test_a_replayed_packet_is_refused() -> None:
    ours, theirs = await pair()
    sealed = theirs.seal(rtp())
    assert sealed is not None
    ours.open(sealed)
    assert refusal(lambda: ours.open(sealed)) is Code.REPLAYED
    await finish(ours, theirs)


async def test_a_forged_packet_is_refused_and_the_next_true_one_opened() -> None:
    ours, theirs = await pair()
    sealed = theirs.seal(rtp(1))
    assert sealed is not None
    forged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    assert refusal(lambda: ours.open(forged)) is Code.FORGED
    assert refusal(lambda: ours.open_rtcp(forged)) is Code.FORGED
    assert ours.open(sealed) == rtp(1)
    await finish(ours, theirs)


async def test_streams_beyond_a_peers_share_are_refused_and_the_old_ones_go_on() -> None:
    ours, theirs = await pair()
    for ssrc in range(MAX_SSRCS):
        ours.open(theirs.seal(rtp(1, ssrc)) or b"")
    beyond = theirs.seal(rtp(1, 999)) or b""
    assert refusal(lambda: ours.open(beyond)) is Code.SSRC_LIMIT
    assert ours.open(theirs.seal(rtp(2, 0)) or b"") == rtp(2, 0)
    await finish(ours, theirs)


async def test_what_srtp_refuses_to_seal_is_none() -> None:
    ours, theirs = await pair()
    assert ours.seal(b"\x80") is None
    assert ours.seal_rtcp(b"\x80") is None
    await finish(ours, theirs)


async def test_junk_is_refused_whatever_its_size() -> None:
    ours, theirs = await pair()
    for size in (2, 8, 12, 13, 100, MAX_DATAGRAM):
        for first in (0x80, 0xBF, 0x90):
            junk = bytes([first]) + b"\xff" * (size - 1)
            assert refusal(lambda data=junk: ours.open(data)) is Code.FORGED  # type: ignore[misc]  # a default argument
            assert refusal(lambda data=junk: ours.open_rtcp(data)) is Code.FORGED  # type: ignore[misc]  # likewise
    await finish(ours, theirs)


async def test_the_other_side_is_told_when_we_close() -> None:
    told = asyncio.Event()
    ours, theirs = await pair(left=told.set)
    await theirs.close()
    await asyncio.wait_for(told.wait(), 5)
    assert theirs.ready is False
    await finish(ours)


async def test_one_who_closes_himself_is_not_told() -> None:
    told: list[bool] = []
    ours, theirs = await pair(left=lambda: told.append(True))
    await finish(ours, theirs)
    assert told == []


@pytest.mark.usefixtures("no_collector")
async def test_a_closed_peer_frees_its_memory_at_once_and_not_when_a_collector_comes_by() -> None:
    ours, theirs = await pair()
    dtls = weakref.ref(ours._dtls)
    await finish(ours, theirs)
    await asyncio.sleep(0)
    del ours
    assert dtls() is None


@pytest.mark.usefixtures("no_collector")
async def test_one_that_has_settled_holds_nothing_of_dtls_and_its_sound_goes_on() -> None:
    ours, theirs = await pair()
    dtls = weakref.ref(ours._dtls)
    await ours.settle()
    await asyncio.sleep(0)
    assert ours.settled
    assert dtls() is None
    assert theirs.open(ours.seal(rtp()) or b"") == rtp()
    assert ours.open(theirs.seal(rtp(2)) or b"") == rtp(2)
    assert all(ours.feed(b"\x16") for _ in range(MAX_QUEUED + 1))
    await ours.settle()
    await finish(ours, theirs)


async def test_one_that_has_settled_still_says_goodbye_and_not_before_it_closes() -> None:
    ours, theirs = await pair()
    told = asyncio.Event()
    assert theirs._dtls
    theirs._dtls.on("statechange", told.set)
    await ours.settle()
    await asyncio.sleep(0.01)
    assert not told.is_set()
    await ours.close()
    await asyncio.wait_for(told.wait(), 5)
    await finish(theirs)


async def test_records_beyond_a_peers_share_are_not_taken() -> None:
    ours = Peer(SERVER)
    assert all(ours.feed(b"\x16") for _ in range(MAX_QUEUED))
    assert not ours.feed(b"\x16")


@given(st.lists(st.binary(min_size=1, max_size=300).map(lambda data: bytes([20 + data[0] % 44]) + data), max_size=8))
def test_junk_in_the_middle_of_a_handshake_does_not_stop_it(junk: list[bytes]) -> None:
    async def story() -> None:
        ours, theirs = Peer(SERVER), Peer(ALICE)
        for data in junk:
            ours.feed(data)
        assert await shake(ours, theirs) == (True, True)
        for data in junk:
            ours.feed(data)
        await asyncio.sleep(0)
        assert ours.open(theirs.seal(rtp()) or b"") == rtp()
        await finish(ours, theirs)

    asyncio.run(story())


async def test_a_peer_that_never_answers_leaves_no_task_behind() -> None:
    ours = Peer(SERVER)
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await ours.handshake(client=True, fingerprints=[("sha-256", WRONG)], send=lambda _: None, left=nothing)
    await finish(ours)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
