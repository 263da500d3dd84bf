"""How the cores and parsers of the media side say no. PURE."""

from enum import StrEnum


class Code(StrEnum):
    """Why the media side, or a parser of its messages, refused."""

    MESSAGE_INVALID = "message_invalid"
    SDP_INVALID = "sdp_invalid"
    SDP_TOO_LARGE = "sdp_too_large"
    NO_AUDIO = "no_audio"
    NO_OPUS = "no_opus"
    NO_FINGERPRINT = "no_fingerprint"
    ROOM_NOT_LIVE = "room_not_live"
    MEMBER_ABSENT = "member_absent"
    DRAINING = "draining"
    FULL = "full"
    STUN_INVALID = "stun_invalid"
    STUN_FORGED = "stun_forged"
    STUN_UNKNOWN = "stun_unknown"
    FRAME_INVALID = "frame_invalid"
    RTP_INVALID = "rtp_invalid"
    RED_INVALID = "red_invalid"
    RTCP_INVALID = "rtcp_invalid"
    FORGED = "forged"
    REPLAYED = "replayed"
    PARCEL_INVALID = "parcel_invalid"
    SSRC_LIMIT = "ssrc_limit"


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """A core or parser of the media side said no; `code` tells why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code
