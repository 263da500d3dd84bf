"""What `rooms.sfu.peer` agrees upon with the other side: nothing weak (OWASP ASVS 17.2.2)."""

import asyncio
from typing import Any

import pytest
from aiortc.rtcdtlstransport import SRTP_PROFILES
from OpenSSL import SSL

from rooms.sfu import srtp
from rooms.sfu.peer import Identity, Peer
from tests.rooms.sfu.test_peer import finish, nothing

DTLS_1_0, DTLS_1_2 = 0xFEFF, 0xFEFD
EPHEMERAL = ("TLS_", "ECDHE-ECDSA-")
"""How suites begin whose keys a stolen certificate does not give away: all of TLS 1.3, and these of 1.2."""
STRONG = ("AES128", "AES_128", "AES256", "AES_256", "CHACHA20")


class Ancient(Identity):
    """One that speaks DTLS 1.0, as it was in 2006, and nothing newer."""

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-ECDSA-AES128-SHA@SECLEVEL=0")
        context.set_min_proto_version(DTLS_1_0)
        context.set_max_proto_version(DTLS_1_0)
        return context


class Open(Identity):
    """One that encrypts nothing."""

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-ECDSA-NULL-SHA@SECLEVEL=0")
        context.set_max_proto_version(DTLS_1_2)
        return context


async def met(kind: type[Identity], other: type[Identity]) -> tuple[Peer, Peer]:
    """A server of the one kind, and a client of the other, after they tried to agree."""
    server, client = kind.generateCertificate(), other.generateCertificate()
    ours, theirs = Peer(server), Peer(client)
    known = [[("sha-256", one.fingerprint)] for one in (client, server)]
    await asyncio.gather(
        ours.handshake(client=False, fingerprints=known[0], send=theirs.feed, left=nothing),
        theirs.handshake(client=True, fingerprints=known[1], send=ours.feed, left=nothing),
    )
    return ours, theirs


def test_every_suite_has_forward_secrecy_and_a_strong_cipher() -> None:
    context = Identity.generateCertificate()._create_ssl_context(SRTP_PROFILES)
    suites = SSL.Connection(context, None).get_cipher_list()
    assert suites
    assert [suite for suite in suites if not suite.startswith(EPHEMERAL)] == []
    assert [suite for suite in suites if not any(cipher in suite for cipher in STRONG)] == []


async def test_two_who_can_agree_upon_an_aead() -> None:
    ours, theirs = await met(Identity, Identity)
    for one in (ours, theirs):
        assert one._dtls is not None
        assert len(one._dtls.sending() or b"") == 32 + srtp.SALT, "AES-256-GCM"
    await finish(ours, theirs)


@pytest.mark.parametrize("kind", [Ancient, Open])
async def test_whoever_offers_nothing_strong_does_not_get_in(kind: type[Identity]) -> None:
    ours, theirs = await met(Identity, kind)
    assert not ours.ready
    await finish(ours, theirs)


@pytest.mark.parametrize("kind", [Ancient, Open])
async def test_where_we_offered_it_as_well_they_would(kind: type[Identity]) -> None:
    ours, theirs = await met(kind, kind)
    assert ours.ready
    await finish(ours, theirs)
