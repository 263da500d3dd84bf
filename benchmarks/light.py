"""A light media client: real ICE, DTLS and SRTP over one connected UDP socket; no codec, no jitter buffer.

Thousands fit in a process. One that only listens can let the kernel drop its media (`drop_rtp`).
"""

import array
import asyncio
import contextlib
import ctypes
import datetime
import hashlib
import secrets
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from benchmarks import packets, sdp

_SO_TIMESTAMPNS = 35
_SO_ATTACH_FILTER = 26
_PROFILES = {
    b"SRTP_AEAD_AES_256_GCM": (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    b"SRTP_AEAD_AES_128_GCM": (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
# Classic BPF over a UDP datagram, its 8-byte header included: drop what begins with 128 to 191 (RFC 7983) unless the
# second byte makes it RTCP (RFC 5761, section 4). What is left to count as dropped is RTP alone.
_DROP_RTP = (
    (0x30, 0, 0, 8),  # load the first byte
    (0x35, 0, 5, 128),  # below 128: keep
    (0x35, 4, 0, 192),  # 192 or more: keep
    (0x30, 0, 0, 9),  # load the second byte
    (0x35, 0, 1, 192),  # below 192: drop
    (0x35, 0, 1, 224),  # below 224: keep
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF),  # keep
)


class NotConnectedError(Exception):
    """The server did not let the client through; its words tell at which step."""


class Identity:
    """One certificate and SSL context for all clients of a process: making them is the dear part."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "light")])
        now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
        certificate = (
            x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=7))
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = _fingerprint(certificate)
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_tlsext_use_srtp(b":".join(_PROFILES))

    def local(self, **shape: Any) -> sdp.Local:
        """A new description, with its own ICE credentials; `shape` overrides fields of `sdp.Local`."""
        fresh: dict[str, Any] = {
            "ufrag": secrets.token_hex(4),
            "password": secrets.token_hex(12),
            "ssrc": secrets.randbits(31),
        }
        return sdp.Local(**(fresh | {"fingerprint": self.fingerprint} | shape))


class Client:
    """One connection of a member, from both descriptions; `connect` takes it through ICE and DTLS.

    `heard` is called with every decrypted packet that arrives; without it media is left unopened.
    """

    def __init__(self, identity: Identity, local: sdp.Local, remote: sdp.Remote) -> None:
        self.local = local
        self.remote = remote
        self.heard: Callable[[packets.Packet], None] | None = None
        self.checks = 0
        self.answered = 0
        self.reports: list[bytes] = []
        self.unopened = 0
        self.connected = False
        self.closed = False
        self._active = remote.setup == "passive"
        self._wake = asyncio.Event()
        self._ssl = SSL.Connection(identity.context)
        if self._active:
            self._ssl.set_connect_state()
        else:
            self._ssl.set_accept_state()
        self._open()

    async def connect(self, seconds: float = 10) -> None:
        """Returns once media can flow. Raises `NotConnectedError` when ICE or DTLS does not get through."""
        try:
            async with asyncio.timeout(seconds):
                await self._until_checked()
                await self._handshake()
        except TimeoutError as error:
            step = ("DTLS", self._ssl.get_state_string().decode()) if self.answered else ("ICE", "no answer")
            raise NotConnectedError(*step) from error

    def move(self) -> None:
        """Leaves the socket for a new one, as a phone does that changes networks: another source address."""
        self._leave()
        self._open()

    def drop_rtp(self) -> None:
        """Lets the kernel drop RTP on arrival, and count it (`meters.dropped`); all else still comes through."""
        drop_rtp(self.socket)

    def check(self) -> None:
        """Sends one STUN check: at first it opens the path, later it is the listener's consent (RFC 7675)."""
        self.checks += 1
        self.send(check(self.local, self.remote))

    def report(self) -> None:
        """Sends one RTCP receiver report."""
        self.send(self.outbound.protect_rtcp(packets.receiver_report(self.local.ssrc)))

    def say(self, packet: bytes) -> None:
        """Sends one RTP packet, encrypted."""
        self.send(self.outbound.protect(packet))

    def send(self, data: bytes) -> None:
        """Sends `data` as it is. What the network refuses is lost, as on any network."""
        try:
            self.socket.send(data)
        except (ConnectionRefusedError, BlockingIOError):
            return

    def close(self) -> None:
        """Says goodbye (DTLS close_notify) and closes the socket."""
        if self.connected and not self.closed:
            self._ssl.shutdown()
            self._flush()
        self.abandon()

    def abandon(self) -> None:
        """Closes the socket without a word, as a browser that crashed."""
        self.closed = True
        self._leave()

    def _open(self) -> None:
        family = socket.AF_INET6 if ":" in self.remote.address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.socket.connect(self.remote.address)
        asyncio.get_running_loop().add_reader(self.socket, self._readable)

    def _leave(self) -> None:
        if self.socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self.socket)
            self.socket.close()

    async def _until_checked(self) -> None:
        while not self.answered:
            self.check()
            await self._woken(0.1)

    async def _handshake(self) -> None:
        while not self._shaken():
            await self._woken(self._ssl.DTLSv1_get_timeout() or 1)
            with contextlib.suppress(SSL.WantReadError):  # it was sent again, and the answer is still to come
                self._ssl.DTLSv1_handle_timeout()
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None or _fingerprint(certificate) != self.remote.fingerprint:
            raise NotConnectedError("the server's certificate is not the one it announced")
        self.inbound, self.outbound = _sessions(self._ssl, active=self._active)
        self.connected = True

    def _shaken(self) -> bool:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise NotConnectedError("DTLS", *error.args) from error
        finally:
            self._flush()
        return True

    async def _woken(self, seconds: float) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _flush(self) -> None:
        try:
            self.send(self._ssl.bio_read(1500))
        except SSL.WantReadError:
            return

    def _readable(self) -> None:
        while self.socket.fileno() >= 0:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            self._datagram(data, ancillary)

    def _datagram(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        first = data[0]
        if first < 4:
            self._stun(data)
        elif first < 64:
            self._dtls(data)
        elif self.heard and self.connected:
            self._media(data, ancillary)

    def _stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class == stun.Class.REQUEST:
            self.send(_agreed(message, self.local, self.remote))
        elif message.message_class == stun.Class.RESPONSE and message.check_message_integrity(
            self.remote.password.encode()
        ):
            self.answered += 1
            self._wake.set()

    def _dtls(self, data: bytes) -> None:
        self._ssl.bio_write(data)
        self._wake.set()
        if not self.connected:
            return
        try:
            self._ssl.recv(1500)
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error:
            return
        finally:
            self._flush()

    def _media(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        assert self.heard is not None
        if 192 <= data[1] <= 223:
            self.reports.append(self.inbound.unprotect_rtcp(data))
            return
        seconds, nanoseconds = array.array("l", ancillary[0][2])
        try:
            plain = self.inbound.unprotect(data)
        except pylibsrtp.Error:
            self.unopened += 1
            return
        self.heard(packets.parse(plain, seconds * 1_000_000_000 + nanoseconds))


def drop_rtp(receiver: socket.socket) -> None:
    """Lets the kernel drop, and count, the RTP that arrives at this socket."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in _DROP_RTP))
    program = struct.pack("@HP", len(_DROP_RTP), ctypes.addressof(code))
    receiver.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def check(local: sdp.Local, remote: sdp.Remote) -> bytes:
    """A STUN binding request that nominates, as a browser sends it (RFC 8445, section 7.1)."""
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={
            "USERNAME": f"{remote.ufrag}:{local.ufrag}",
            "PRIORITY": 1853824767,
            "ICE-CONTROLLING": int.from_bytes(hashlib.sha256(local.ufrag.encode()).digest()[:8], "big"),
            "USE-CANDIDATE": None,
        },
    )
    message.add_message_integrity(remote.password.encode())
    return bytes(message)


def _agreed(request: stun.Message, local: sdp.Local, remote: sdp.Remote) -> bytes:
    """The answer to a check of the server's own; an ICE-lite one makes none, Janus makes some."""
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": remote.address},
    )
    message.add_message_integrity(local.password.encode())
    return bytes(message)


def _sessions(connection: SSL.Connection, *, active: bool) -> tuple[pylibsrtp.Session, pylibsrtp.Session]:
    """The SRTP sessions in and out, keyed by the handshake (RFC 5764, section 4.2)."""
    profile, key, salt = _PROFILES[connection.get_selected_srtp_profile()]
    material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
    halves = [material[at * key :][:key] + material[2 * key + at * salt :][:salt] for at in range(2)]
    outwards, inwards = halves if active else halves[::-1]
    kinds = ((inwards, pylibsrtp.Policy.SSRC_ANY_INBOUND), (outwards, pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
    inbound, outbound = (
        pylibsrtp.Session(pylibsrtp.Policy(key=secret, ssrc_type=kind, srtp_profile=profile)) for secret, kind in kinds
    )
    return inbound, outbound
