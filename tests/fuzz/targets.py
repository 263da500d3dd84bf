"""What is fuzzed: each parser of what strangers send or hand over, with what must hold whatever it is.

A target takes any bytes. It returns where they were read or `Refused`; whatever else it raises is a defect of ours.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import ModuleType

from moderation.audit import verify
from rooms.sfu import answers, framing, ice, offers, red, rtcp, rtp
from rooms.sfu.framing import Frames, framed
from rooms.sfu.peer import MAX_DATAGRAM
from rooms.sfu.refusals import Refused
from tests.fuzz import verifier

Target = Callable[[bytes], None]

AMPLIFIED = 1.2
"""How much longer than what asked an answer may be."""
_USER = 16
"""Characters of our ICE user names: a request that names a shorter one is nobody's, and is not answered."""
_LOCAL = answers.Local(1, "a" * _USER, "b" * 32, ":".join(["AB"] * 32), (("203.0.113.7", 7882),), (1, 2, 3))


def _stun(data: bytes) -> None:
    with suppress(Refused):
        request = ice.parse(data)
        with suppress(Refused):
            ice.check(request, _LOCAL.password)
        answer = ice.answer(request, "2001:db8::1", 65535, _LOCAL.password)
        assert len(request.user) < _USER or len(answer) <= AMPLIFIED * len(data)


def _rtp(data: bytes) -> None:
    """Its first byte is the id of the level extension, 0 for none."""
    level_id = data[0] % 15 or None if data else None
    with suppress(Refused):
        packet = rtp.parse(data[1:], level_id)
        again = rtp.build(packet, 7, packet.payload_type, packet.sequence, level_id)
        assert rtp.parse(again, level_id) == packet


def _rtcp(data: bytes) -> None:
    with suppress(Refused):
        for block in rtcp.parse(data):
            assert 0 <= block.lost < 256


def _red(data: bytes) -> None:
    """Its first byte is the payload type of Opus."""
    payload_type = data[0] % 128 if data else 111
    with suppress(Refused):
        payload, copies = red.parse(data[1:], payload_type)
        assert red.parse(red.build(payload, copies, payload_type), payload_type) == (payload, copies)


def _sdp(data: bytes) -> None:
    """Its first byte tells whether the offer comes from one who listens."""
    with suppress(Refused):
        offer = offers.parse(data[1:].decode("utf-8", "replace"), listen=data[:1] != b"0")
        lines = answers.answer(offer, _LOCAL).split("\r\n")
        assert sum(line.startswith("m=") for line in lines) == len(offer.lines)
        assert not any("\n" in line or "\r" in line for line in lines)
        answers.fragment(offer, _LOCAL)


def _frames(data: bytes) -> None:
    """Its first byte is the size of the pieces that it comes in: they change nothing."""
    size, stream = (data[0] or 1, data[1:]) if data else (1, b"")
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    whole = _fed([stream])
    assert _fed(pieces) == whole
    assert _fed([framed(one) for one in whole[0]])[0] == whole[0]


def _fed(pieces: list[bytes]) -> tuple[list[bytes], bool]:
    """The datagrams in a stream, and whether it was refused."""
    frames, found = Frames(MAX_DATAGRAM), list[bytes]()
    try:
        for piece in pieces:
            for frame in frames.feed(piece):
                found.append(frame)
    except Refused:
        return found, True
    return found, False


PARSERS: Mapping[str, ModuleType] = {
    "stun": ice,
    "rtp": rtp,
    "rtcp": rtcp,
    "red": red,
    "sdp": offers,
    "frames": framing,
    **dict.fromkeys(("zip", "bundle", "receipt", "note"), verify),
}
"""Where what is fuzzed is written."""
TARGETS: Mapping[str, Target] = {
    "stun": _stun,
    "rtp": _rtp,
    "rtcp": _rtcp,
    "red": _red,
    "sdp": _sdp,
    "frames": _frames,
    "zip": verifier.damaged_zip,
    "bundle": verifier.stolen_bundle,
    "receipt": verifier.receipt,
    "note": verifier.signed_note,
}
