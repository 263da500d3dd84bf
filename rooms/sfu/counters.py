"""What the media process counts: one number per kind of packet it took, sent or dropped."""

from collections import Counter
from enum import StrEnum


class Count(StrEnum):
    """What happened to a datagram; the refusal codes of `refusals.Code` are counted beside these."""

    RECEIVED = "received"
    RECEIVED_BYTES = "received_bytes"
    RELAYED = "relayed"
    SENT = "sent"
    SENT_BYTES = "sent_bytes"
    SENDER_REPORTS = "sender_reports"
    RECEIVER_REPORTS = "receiver_reports"
    ADDRESS_MOVES = "address_moves"
    ADDRESS_TAKEN = "address_taken"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_KIND = "unknown_kind"
    TOO_VAIN = "too_vain"
    BAD_SIZE = "bad_size"
    RECEIVE_FAILED = "receive_failed"
    RECEIVE_OVERFLOW = "receive_overflow"
    NOT_OPUS = "not_opus"
    DTLS_OVERFLOW = "dtls_overflow"
    EARLY = "early"
    NOT_ALLOWED = "not_allowed"
    TOO_FAST = "too_fast"
    NO_SLOT = "no_slot"
    LATE = "late"
    SEND_FULL = "send_full"
    SEND_FAILED = "send_failed"
    SEAL_FAILED = "seal_failed"
    STREAM_LATE = "stream_late"
    STREAMS_CUT = "streams_cut"
    STREAMS_REFUSED = "streams_refused"
    REPORTS_LOST = "reports_lost"
    ELSEWHERE = "elsewhere"
    BRIDGE_PUBLISHED = "bridge_published"
    BRIDGE_RECEIVED = "bridge_received"
    BRIDGE_REFUSED = "bridge_refused"
    BRIDGE_LOST = "bridge_lost"
    BRIDGE_UNSENT = "bridge_unsent"


Counters = Counter[StrEnum]

HARMLESS = frozenset(
    {
        Count.RECEIVED,
        Count.RECEIVED_BYTES,
        Count.RELAYED,
        Count.SENT,
        Count.SENT_BYTES,
        Count.SENDER_REPORTS,
        Count.RECEIVER_REPORTS,
        Count.ADDRESS_MOVES,
        Count.STREAMS_CUT,
        Count.REPORTS_LOST,
        Count.BRIDGE_PUBLISHED,
        Count.BRIDGE_RECEIVED,
    }
)
"""Counts of what is no datagram thrown away."""
