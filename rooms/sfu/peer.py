"""The one door to aiortc: a DTLS handshake over datagrams that others carry, and SRTP keyed by it.

Of aiortc only `RTCDtlsTransport` runs; it asks of its ICE transport no more than `_recv`, `_send` and `role`. SRTP
goes past its queue straight to libsrtp, one shared buffer for the whole process. The private names that this leans
on are listed in a contract test.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, cast

from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from cryptography.x509 import InvalidVersion
from OpenSSL import SSL
from pylibsrtp._binding import ffi, lib

from rooms.sfu import srtp
from rooms.sfu.refusals import Code, Refused

MAX_DATAGRAM = 1472
MAX_QUEUED = 64
MAX_SSRCS = 16
TRAILER = 148
"""Bytes that SRTP and SRTCP may add, as libsrtp states it (SRTP_MAX_TRAILER_LEN and the SRTCP index)."""

_buffer = ffi.new("char[]", MAX_DATAGRAM + TRAILER)
_bytes = ffi.buffer(_buffer)
_length = ffi.new("int *")
_protect = lib.srtp_protect
_OK = lib.srtp_err_status_ok
PROTECT = int(ffi.cast("uintptr_t", ffi.addressof(lib, "srtp_protect")))
"""Where `srtp_protect` is in memory: code of ours calls it there, without a libsrtp of its own."""
Seal = Callable[[bytes], bytes | None]
"""Makes SRTP of RTP; None for a packet that it refuses."""
_apart = ThreadPoolExecutor(1, "srtp")
_REPLAYED = frozenset({9, 10})
"""srtp_err_status_replay_fail and srtp_err_status_replay_old, which the binding does not name."""


class Identity(RTCCertificate):
    """One certificate and one TLS context for all peers: making them costs more than a handshake."""

    _context: Any = None

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_mode(SSL.MODE_RELEASE_BUFFERS)  # after the handshake there is little to read
        return self._context

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hex with colons, as SDP writes it."""
        found = next(one for one in self.getFingerprints() if one.algorithm == "sha-256")
        return found.value


def _nowhere(_: bytes) -> None:
    """Nothing: before the handshake there is nobody to send to."""


class _Dtls(RTCDtlsTransport):
    """aiortc's, but for where SRTP's sessions are in memory: on a heap of their own, close together.

    The C library gives each thread a heap. Fifty times a second all keys are walked through, and what handshakes leave
    between them would cost more than sealing does.
    """

    def _setup_srtp(self) -> None:
        _apart.submit(super()._setup_srtp).result()

    def sending(self) -> bytes | None:
        """The master key and salt of what we send, where an AEAD was agreed upon (RFC 5764 section 4.2)."""
        secured = self._ssl
        if secured is None:  # no handshake yet
            return None
        agreed = secured.get_selected_srtp_profile()
        profile = next(one for one in self._srtp_profiles if one.openssl_profile == agreed)
        if profile.salt_length != srtp.SALT:
            return None
        size = 2 * (profile.key_length + profile.salt_length)
        material = secured.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        return profile.get_key_and_salt(material, 1 if self._role == "server" else 0)


class _Wire:
    """What aiortc takes for its ICE transport."""

    def __init__(self) -> None:
        self.role = "controlled"
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(MAX_QUEUED)
        self.carry: Callable[[bytes], object] = _nowhere

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        self.carry(data)


class Peer:
    """One secure connection: `handshake`, then `open` and `seal` packets until it is closed by either side."""

    __slots__ = (
        "_dtls",
        "_goodbye",
        "_incoming",
        "_left",
        "_master",
        "_outgoing",
        "_seal",
        "_sessions",
        "_ssrcs",
        "_wire",
    )

    def __init__(self, identity: Identity) -> None:
        self._wire = _Wire()
        self._dtls: _Dtls | None = _Dtls(cast("Any", self._wire), [identity])
        self._left: Callable[[], None] | None = None
        self._goodbye = b""
        self._ssrcs: set[bytes] = set()
        self._sessions: tuple[Any, ...] = ()
        self._incoming: Any = None
        self._outgoing: Any = None
        self._master: bytes | None = None
        self._seal: Seal | None = None

    async def handshake(
        self,
        *,
        client: bool,
        fingerprints: Iterable[tuple[str, str]],
        send: Callable[[bytes], object],
        left: Callable[[], None],
    ) -> bool:
        """True once the other side has proved to own the certificate of `fingerprints`.

        `send` carries our DTLS records; `left` is called when the other side says goodbye.
        """
        dtls = self._dtls
        if dtls is None:  # closed before it began
            return False
        self._wire.carry = send
        dtls._set_role("client" if client else "server")  # noqa: SLF001 - the one door to aiortc
        known = [RTCDtlsFingerprint(algorithm=name, value=value) for name, value in fingerprints]
        try:
            await dtls.start(RTCDtlsParameters(fingerprints=known))
        except (ValueError, InvalidVersion):  # a certificate that OpenSSL takes, and cannot be read
            return False
        if dtls.state != "connected":
            return False
        self._sessions = dtls._rx_srtp._srtp, dtls._tx_srtp._srtp  # noqa: SLF001 - the one door to aiortc
        self._incoming, self._outgoing = (session[0] for session in self._sessions)
        self._master = dtls.sending()
        self._left = left
        dtls.on("statechange", self._changed)
        return True

    def _changed(self) -> None:
        left, self._left = self._left, None
        if left and self._dtls and self._dtls.state == "closed":
            left()

    @property
    def settled(self) -> bool:
        """True once DTLS records are not read any more."""
        return self._dtls is None

    async def settle(self) -> None:
        """Nothing: of DTLS no more is held than the record that says goodbye, sealed now and sent by `close`.

        SRTP has its own keys. Call it when the other side has nothing more to ask of the handshake: what comes by DTLS
        from now on is not read.
        """
        dtls, self._dtls = self._dtls, None
        if dtls is None:
            return
        dtls.remove_all_listeners()
        carry, self._wire.carry = self._wire.carry, self._keep
        await dtls.stop()
        self._wire.carry = carry

    def _keep(self, goodbye: bytes) -> None:
        self._goodbye = goodbye

    @property
    def ready(self) -> bool:
        """True while SRTP can be opened and sealed."""
        return self._outgoing is not None

    @property
    def outgoing(self) -> tuple[int, object]:
        """Where libsrtp's session for sealing is in memory, and what keeps it there as long as it is held.

        Only while `ready`.
        """
        holder = self._sessions[1]
        return int(ffi.cast("uintptr_t", holder[0])), holder

    def entrust(self, seal: Seal | None) -> srtp.Keys | None:
        """The keys of outgoing RTP for whom `seal` does it from now on; None where libsrtp does, as without an AEAD.

        Call it before anything is sealed, once: two who number packets under one key would use a nonce twice, and what
        was said could be read. Raises `RuntimeError` when the keys were given away.
        """
        if self._seal:
            raise RuntimeError("two who would number the packets of one peer")
        master, self._master = self._master, None
        if master is None or seal is None:
            return None
        self._seal = seal
        return srtp.session(master)

    def feed(self, data: bytes) -> bool:
        """True when the DTLS record in `data` was taken, or nobody reads it any more; False when too many wait."""
        if self.settled:
            return True
        if self._wire.queue.full():
            return False
        self._wire.queue.put_nowait(data)
        return True

    def open(self, data: bytes) -> bytes:
        """The RTP packet in the SRTP packet `data`. Raises `Refused`: FORGED, REPLAYED, or SSRC_LIMIT."""
        return self._open(data, data[8:12], lib.srtp_unprotect)

    def open_rtcp(self, data: bytes) -> bytes:
        """The RTCP packet in the SRTCP packet `data`. Raises as `open` does."""
        return self._open(data, data[4:8], lib.srtp_unprotect_rtcp)

    def _open(self, data: bytes, ssrc: bytes, unprotect: Any) -> bytes:
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MAX_SSRCS:
            raise Refused(Code.SSRC_LIMIT)
        size = len(data)
        _bytes[0:size] = data
        _length[0] = size
        status = unprotect(self._incoming, _buffer, _length)
        if status != _OK:
            raise Refused(Code.REPLAYED if status in _REPLAYED else Code.FORGED)
        self._ssrcs.add(ssrc)
        return cast("bytes", _bytes[0 : _length[0]])

    def seal(self, packet: bytes) -> bytes | None:
        """The SRTP packet for the RTP `packet`; None when it was refused."""
        if self._seal:
            return self._seal(packet)
        size = len(packet)
        _bytes[0:size] = packet
        _length[0] = size
        self._master = None  # libsrtp counts, and nobody else will
        if _protect(self._outgoing, _buffer, _length):
            return None
        return cast("bytes", _bytes[0 : _length[0]])

    def seal_rtcp(self, packet: bytes) -> bytes | None:
        """The SRTCP packet for the RTCP `packet`; None when libsrtp refused it."""
        size = len(packet)
        _bytes[0:size] = packet
        _length[0] = size
        if lib.srtp_protect_rtcp(self._outgoing, _buffer, _length):
            return None
        return cast("bytes", _bytes[0 : _length[0]])

    async def close(self) -> None:
        """Nothing: the other side is told by close_notify, and no packet passes any more.

        What pointed back to us is let go, so that the memory is free at once and not when a collector comes by.
        """
        self._left = None
        self._incoming = self._outgoing = None
        self._sessions = ()
        self._master = self._seal = None
        if self._goodbye:
            self._wire.carry(self._goodbye)
        dtls, self._dtls = self._dtls, None
        if dtls:
            await dtls.stop()
            dtls.remove_all_listeners()
        self._wire.carry = _nowhere
