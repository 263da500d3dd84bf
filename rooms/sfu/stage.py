"""One room's stage: a speaker's packet in, a slot's packet out, continuous for every listener. PURE.

Each slot is one RTP stream whose sources change. Its sequence and time are shared by all listeners, so that a packet
is built once for all of them. A listener who was not sent a tenure (his own voice) or joined late carries an offset:
his sequence never jumps, or SRTP's rollover guess would fail for good (RFC 3711 section 3.3.1).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rooms.sfu.counters import Count
from rooms.sfu.levels import Floor, heard
from rooms.sfu.listener import Listener, View
from rooms.sfu.red import HEADER, MANY, MAX_SIZE, Copy
from rooms.sfu.rtp import CLOCK_RATE, MAX_PAYLOAD, SILENCE, Packet

SLOTS = 3
SEQUENCES, TIMESTAMPS = 1 << 16, 1 << 32
FIRST, SPREAD = 1 << 14, 1 << 13
"""A listener's first sequence is FIRST to FIRST + SPREAD: SRTP receivers guess the rollover right below 32,768, also
when the first packets come late or never."""
MAX_DROPOUT = 3000
"""Packets a source may skip and still be the same stream (RFC 3550 appendix A.1)."""
MAX_LATE = 63
"""Packets a source's packet may come late: about a second, and as many as `Slot.seen` and `fanout.c` remember."""
_REMEMBERED = (1 << MAX_LATE + 1) - 1
PAUSE = 1.0
"""Seconds of nothing after which a source's own clock is no longer trusted: a browser's stands still while it has no
track, and the difference would pass for network delay. Opus DTX sends every 0.4 s.
"""
FRAME = 960
NEAR = MANY * FRAME
"""How old a copy may be. One from before a silence is older, and Chromium would play it as so much more sound and hurry
to catch up: PESQ fell from 3.9 to 2.7 on a line that lost nothing.
"""
HUSH = b"\xf8\xff\xfe"
"""An Opus frame of 20 ms of silence, sent after a voice that was cut off: a decoder left alone draws out the last sound
for half a second. Just one: more of them at once run ahead of the clock, and every listener's buffer grows by that.
"""
RATE, BURST = 120.0, 60.0
"""Packets per second and at once that one member may send: Opus frames of 10 ms and some jitter."""


@dataclass(slots=True)
class Slot:
    """One outgoing stream: next sequence, last time, and how the present source's numbers map onto it.

    `source` is the member and SSRC whose tenure this is, or was if it is `over`; `opened` is the slot's sequence at
    which it began and `began` the source's time then; `oldest` and `newest` bound the source's numbers, and bit n of
    `seen` tells that the one n before `newest` was relayed. `heard_at` is when `timestamp` was spoken. `recent` are the
    source's time and frame of the last packets, the newest last.
    """

    ssrc: int
    sequence: int
    timestamp: int
    source: tuple[int, int] | None = None
    over: bool = True
    opened: int = 0
    began: int = 0
    oldest: int = 0
    newest: int = 0
    seen: int = 0
    sequence_offset: int = 0
    timestamp_offset: int = 0
    heard_at: float = 0.0
    recent: tuple[tuple[int, bytes], ...] = ()
    packets: int = 0
    octets: int = 0


@dataclass(frozen=True, slots=True)
class Relay:
    """A packet to be sent to every listener of `slot` but the member whose tenure it is; `csrc` None for silence."""

    slot: int
    member: int
    packet: Packet
    csrc: int | None


@dataclass(slots=True)
class _Allowance:
    tokens: float = BURST
    at: float = 0.0


class Stage:
    """The slots of one room, those who may speak and those who listen."""

    def __init__(self, ssrcs: tuple[int, ...], sequence: int, timestamp: int) -> None:
        self.slots = [Slot(ssrc, _folded(sequence), timestamp % TIMESTAMPS) for ssrc in ssrcs]
        self.speak: frozenset[int] = frozenset()
        self.listeners: list[Listener] = []
        self._floor = Floor(len(ssrcs))
        self._allowances: dict[int, _Allowance] = {}

    def allow(self, members: Iterable[int], now: float) -> list[Relay]:
        """The silence to send: from now on exactly `members` may be heard; who may not any more leaves his slot."""
        speak = frozenset(members)
        silence = [relay for member in self.speak - speak for relay in self.quit(member, now)]
        self.speak = speak
        return silence

    def join(self, listener: Listener) -> None:
        """Nothing: `listener` is sent every packet from the next one on, his first sequence below 32,768."""
        for slot, shape in zip(self.slots, listener.shapes, strict=False):
            first = self._first(slot, listener.member)
            offset = (_folded(first) - first) % SEQUENCES
            listener.views.append(View(offset, shape.payload_type, shape.level_id, shape.red_type))
        self.listeners.append(listener)

    def repeat(self, listener: Listener, copies: int) -> None:
        """Nothing: `listener` is sent so many copies from the next packet on, where he takes RED."""
        for number, view in enumerate(listener.views):
            if view.red_type is not None:
                listener.views[number] = view._replace(copies=copies)
                listener.turned(number, listener.views[number])

    def leave(self, listener: Listener) -> None:
        """Nothing: `listener` is sent nothing more."""
        if listener in self.listeners:
            self.listeners.remove(listener)

    def quit(self, member: int, now: float) -> list[Relay]:
        """The silence to send: `member`, muted or gone, leaves his slot, if he has one."""
        self._allowances.pop(member, None)
        number = self._floor.leave(member)
        if number is None or self.slots[number].over:
            return []
        self._cut(number)
        return [self._hush(number, member, now)]

    def talking(self, now: float) -> tuple[int, ...]:
        """Whose voice goes out now, by number."""
        return self._floor.talking(now)

    def _hush(self, number: int, member: int, now: float) -> Relay:
        """One frame of silence, the next in the slot `number`."""
        slot = self.slots[number]
        _advance(slot, now)
        packet = Packet(0, False, slot.sequence, slot.timestamp, slot.ssrc, SILENCE, HUSH)
        slot.sequence = (slot.sequence + 1) % SEQUENCES
        slot.packets += 1
        slot.octets += len(HUSH)
        return Relay(number, member, packet, None)

    def push(self, member: int, packet: Packet, now: float) -> Relay | Count:
        """The packet to send on, or why it is dropped: NOT_ALLOWED, TOO_FAST, NO_SLOT or LATE. `now` in seconds."""
        if member not in self.speak:
            return Count.NOT_ALLOWED
        before = self._floor.slot(member)
        if not self._afford(member, now):
            self._cut(before)
            return Count.TOO_FAST
        number = self._floor.push(member, heard(packet.level, len(packet.payload)), now)
        if number != before:
            self._cut(before)
        if number is None:
            return Count.NO_SLOT
        slot = self.slots[number]
        follows = self._follows(slot, member, packet, now)
        if not follows:
            self._begin(slot, number, member, packet, now)
        elif _behind(packet.sequence, slot.oldest) or _repeated(slot, packet.sequence):
            return Count.LATE
        return Relay(number, member, self._map(slot, packet, not follows, now), member)

    def _cut(self, number: int | None) -> None:
        """Nothing: the tenure in the slot `number` is over, so that what we drop does not pass for loss."""
        if number is not None:
            self.slots[number].over = True

    def _first(self, slot: Slot, member: int) -> int:
        """The slot's sequence from which on `member` has not been sent anything."""
        return slot.opened if slot.source and slot.source[0] == member else slot.sequence

    def _afford(self, member: int, now: float) -> bool:
        allowance = self._allowances.setdefault(member, _Allowance(at=now))
        allowance.tokens = min(BURST, allowance.tokens + (now - allowance.at) * RATE)
        allowance.at = now
        if allowance.tokens < 1.0:
            return False
        allowance.tokens -= 1.0
        return True

    def _follows(self, slot: Slot, member: int, packet: Packet, now: float) -> bool:
        """True when `packet` continues what the slot carries; otherwise a new tenure begins."""
        if slot.over or slot.source != (member, packet.ssrc) or now - slot.heard_at > PAUSE:
            return False
        return _behind(packet.sequence, slot.newest) or _ahead(packet.sequence, slot.newest) <= MAX_DROPOUT

    def _begin(self, slot: Slot, number: int, member: int, packet: Packet, now: float) -> None:
        """Nothing: the slot's sequence goes on by one and its time by the clock, whatever the source's say."""
        if slot.source:
            self._rebase(slot, number, slot.source[0])
            _advance(slot, now)
        slot.source, slot.over = (member, packet.ssrc), False
        slot.opened, slot.began, slot.recent = slot.sequence, packet.timestamp, ()
        slot.oldest, slot.seen = packet.sequence, 0
        slot.newest = (packet.sequence - 1) % SEQUENCES
        slot.sequence_offset = slot.sequence - packet.sequence
        slot.timestamp_offset = slot.timestamp - packet.timestamp

    def _rebase(self, slot: Slot, number: int, member: int) -> None:
        """Nothing: the connections of `member`, who did not hear his own tenure, go on where they were."""
        for listener in self.listeners:
            if listener.member == member and number < len(listener.views):
                view = listener.views[number]
                offset = (view.offset + slot.opened - slot.sequence) % SEQUENCES
                listener.views[number] = view._replace(offset=offset)
                listener.turned(number, listener.views[number])

    def _map(self, slot: Slot, packet: Packet, begins: bool, now: float) -> Packet:
        """The packet in the slot's own numbers; the slot's state moves on if it is the newest."""
        sequence = (packet.sequence + slot.sequence_offset) % SEQUENCES
        timestamp = (packet.timestamp + slot.timestamp_offset) % TIMESTAMPS
        copies = _copies(slot, packet)
        _remember(slot, packet.sequence)
        if not _behind(packet.sequence, slot.newest):
            slot.newest = packet.sequence
            if _ahead(slot.newest, slot.oldest) > MAX_LATE:
                slot.oldest = (slot.newest - MAX_LATE) % SEQUENCES
            slot.sequence = (sequence + 1) % SEQUENCES
            slot.timestamp, slot.heard_at = timestamp, max(now, slot.heard_at)
            slot.recent = (*slot.recent[1 - MANY :], (packet.timestamp, packet.payload))
        slot.packets += 1
        slot.octets += len(packet.payload)
        marker = packet.marker or begins
        return Packet(packet.payload_type, marker, sequence, timestamp, slot.ssrc, packet.level, packet.payload, copies)


def _repeated(slot: Slot, sequence: int) -> bool:
    """True when that number of this tenure was relayed before: nothing is sealed under one number twice.

    SRTP lets no packet in twice, but a second connection of the same speaker remembers nothing of the first.
    """
    return slot.seen >> _ahead(slot.newest, sequence) & 1 == 1


def _remember(slot: Slot, sequence: int) -> None:
    if _behind(sequence, slot.newest):
        slot.seen |= 1 << _ahead(slot.newest, sequence)
    else:
        slot.seen = (slot.seen << _ahead(sequence, slot.newest) | 1) & _REMEMBERED


def _copies(slot: Slot, packet: Packet) -> tuple[Copy, ...]:
    """The last frames before `packet`: those relayed, and of those that never came what it brought itself.

    None is from before this tenure: that was another's time, or nobody's to hear.
    """
    frames = {(packet.timestamp - moment) % TIMESTAMPS: frame for moment, frame in slot.recent}
    since = (packet.timestamp - slot.began) % TIMESTAMPS
    frames.update((copy.age, copy.payload) for copy in packet.copies if copy.age <= since)
    room, copies = MAX_PAYLOAD - len(packet.payload) - 1, []
    for age, frame in sorted(frames.items())[:MANY]:
        room -= len(frame) + HEADER
        if not 0 < age <= NEAR or len(frame) > MAX_SIZE or room < 0:
            break
        copies.append(Copy(age, frame))
    return tuple(reversed(copies))


def _advance(slot: Slot, now: float) -> None:
    """Nothing: the slot's time is what our clock says, one frame later at least."""
    moment = max(now, slot.heard_at + FRAME / CLOCK_RATE)
    slot.timestamp = (slot.timestamp + round((moment - slot.heard_at) * CLOCK_RATE)) % TIMESTAMPS
    slot.heard_at = moment


def _folded(sequence: int) -> int:
    return FIRST + sequence % SPREAD


def _ahead(sequence: int, other: int) -> int:
    return (sequence - other) % SEQUENCES


def _behind(sequence: int, other: int) -> bool:
    """True when `sequence` is before `other` on the circle of sequence numbers."""
    return _ahead(sequence, other) >= SEQUENCES // 2
