"""Who is loud enough to hold a slot: loudest-N by the level in the header (RFC 6464), with hysteresis. PURE."""

from dataclasses import dataclass

from rooms.sfu.rtp import SILENCE

AUDIBLE = 60
"""Level in -dBov at which a voice counts as talking; rooms hum below it."""
UNKNOWN = 40
"""Level taken for a talking packet whose header carries none."""
DTX_PAYLOAD = 2
"""Bytes at or below which an Opus packet is silence (RFC 6716 section 3.4, RFC 7587 section 3.1.3)."""
IDLE = 1.0
"""Seconds without an audible packet after which a holder may be displaced."""
TENURE = 0.5
"""Seconds that a holder keeps a slot against louder voices."""
MARGIN = 6.0
"""Decibels by which a voice must be louder than the quietest holder to take over."""
ATTACK, RELEASE = 0.4, 0.01
"""Shares by which a voice's loudness follows a louder and a softer sound: it soon is that of the vowels, and stays."""


def heard(level: int | None, size: int) -> int:
    """The level in -dBov of a packet with a payload of `size` bytes, by activity where its header has none."""
    if level is not None:
        return level
    return SILENCE if size <= DTX_PAYLOAD else UNKNOWN


@dataclass(slots=True)
class Voice:
    """One member's loudness since he began (0 silent, 127 loudest), last audible moment, slot and since when."""

    loudness: float = 0.0
    audible: float = float("-inf")
    slot: int | None = None
    since: float = 0.0


class Floor:
    """The slots of one room and the voices that compete for them."""

    def __init__(self, slots: int) -> None:
        self.holders: list[int | None] = [None] * slots
        self.voices: dict[int, Voice] = {}

    def push(self, member: int, level: int, now: float) -> int | None:
        """The slot that this packet of `member` may use, None when others are louder.

        `level` is in -dBov; `now` in seconds. A talker takes the lowest slot that is empty or whose holder is idle, so
        that a listener with few lines hears who talks; a holder who talks keeps his slot until a voice louder by
        `MARGIN` comes after `TENURE`. The pauses between words make nobody softer, or whoever takes a breath would lose
        his slot to the next one's vowel.
        """
        voice = self.voices.setdefault(member, Voice())
        talks = level <= AUDIBLE
        starts = talks and self._idle(voice, now)
        if starts:
            voice.loudness = SILENCE - AUDIBLE
        if talks:
            loudness = SILENCE - level
            voice.loudness += (loudness - voice.loudness) * (ATTACK if loudness > voice.loudness else RELEASE)
        if voice.slot is None or (starts and voice.slot):
            self._seat(member, voice, talks, now)
        if talks:
            voice.audible = now
        return voice.slot

    def slot(self, member: int) -> int | None:
        """The slot that `member` holds, None without one."""
        voice = self.voices.get(member)
        return voice.slot if voice else None

    def talking(self, now: float) -> tuple[int, ...]:
        """Who holds a slot and was audible just now, by number."""
        held = (holder for holder in self.holders if holder is not None)
        return tuple(sorted(one for one in held if not self._idle(self.voices[one], now)))

    def leave(self, member: int) -> int | None:
        """The slot that `member` held and that is empty from now on; None without one."""
        voice = self.voices.pop(member, None)
        if voice is None or voice.slot is None:
            return None
        self.holders[voice.slot] = None
        return voice.slot

    def _idle(self, voice: Voice, now: float) -> bool:
        return now - voice.audible > IDLE

    def _seat(self, member: int, voice: Voice, talks: bool, now: float) -> None:
        slot = self._choose(voice, talks, now)
        if slot is None:
            return
        if voice.slot is not None:
            self.holders[voice.slot] = None
        displaced = self.holders[slot]
        if displaced is not None:
            self.voices[displaced].slot = None
        self.holders[slot] = member
        voice.slot, voice.since = slot, now

    def _choose(self, voice: Voice, talks: bool, now: float) -> int | None:
        """The slot to take: below the present one if there is one; None to leave things as they are."""
        for slot, holder in enumerate(self.holders[: voice.slot]):
            if holder is None or (talks and self._idle(self.voices[holder], now)):
                return slot
        if not talks or voice.slot is not None:
            return None
        return self._quietest(voice, now)

    def _quietest(self, voice: Voice, now: float) -> int | None:
        """The slot of the quietest holder whose tenure is over, if `voice` is louder by the margin."""
        settled = [
            (self.voices[holder].loudness, slot)
            for slot, holder in enumerate(self.holders)
            if holder is not None and now - self.voices[holder].since > TENURE
        ]
        if not settled or min(settled)[0] + MARGIN > voice.loudness:
            return None
        return min(settled)[1]
