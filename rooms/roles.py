"""Who may do what in a room. PURE: one table says what a move leads to and who may make it.

Two axes, never one: *rank* (member, moderator, host) says over whom somebody decides, *stage* says whether they are
heard. Nobody moves or grants at or above their own rank; a moderator can mute, but only the muted one unmutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType


class Rank(IntEnum):
    """Over whom somebody decides: over those of a lower rank."""

    MEMBER = 0
    MODERATOR = 1
    HOST = 2
    SERVER = 3  # the moderation of the whole server, see `actions.orders`: nobody in a room ever holds it


class Stage(StrEnum):
    """Where somebody stands. Only SPEAKING is ever heard."""

    AUDIENCE = "audience"
    HAND_UP = "hand_up"
    INVITED = "invited"
    SPEAKING = "speaking"


class Move(StrEnum):
    """What may be asked of a room."""

    RAISE_HAND = "raise_hand"
    LOWER_HAND = "lower_hand"
    INVITE = "invite"
    ACCEPT = "accept"
    DECLINE = "decline"
    STEP_DOWN = "step_down"
    MOVE_TO_AUDIENCE = "move_to_audience"
    TAKE_BACK = "take_back"
    MUTE = "mute"
    UNMUTE = "unmute"
    MAKE_MODERATOR = "make_moderator"
    UNMAKE_MODERATOR = "unmake_moderator"
    PASS_HOST = "pass_host"  # noqa: S105  # a move, not a password
    REMOVE = "remove"
    BAN = "ban"
    LOCK = "lock"
    UNLOCK = "unlock"
    END = "end"


class By(Enum):
    """Who may make a move. Values are the words of the documentation."""

    SELF = "the member"
    HIGHER = "a higher rank"
    ANY = "the member or a higher rank"
    RANKED = "the member, as moderator or host"
    HOST = "the host"


class Code(StrEnum):
    """Why a room refused; stable on the wire (docs/protocol.md)."""

    BAD_MESSAGE = "bad_message"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    SIGNED_OUT = "signed_out"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    BRAKED = "braked"
    NOT_FOUND = "not_found"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    LOCKED = "locked"
    LOCKED_BY_STAFF = "locked_by_staff"
    FULL = "full"
    STAGE_FULL = "stage_full"
    PLANNED = "too_many_planned"
    REMOVED = "removed"
    BANNED = "banned"
    REPLACED = "replaced"
    TOO_SLOW = "too_slow"
    FORBIDDEN = "forbidden"
    WRONG_STAGE = "wrong_stage"
    ALREADY = "already"
    SLOW_MODE = "slow_mode"
    NO_MEMBER = "no_member"
    NOT_PRESENT = "not_present"
    BAD_WORDS = "bad_words"
    BAD_LINK = "bad_link"
    BAD_SDP = "bad_sdp"
    BAD_TYPE = "bad_type"
    BAD_TOKEN = "bad_token"  # noqa: S105  # a code, not a token
    UNAVAILABLE = "unavailable"


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """A room said no; `code` tells why. Nothing was changed."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """What the table needs to know of somebody; `observes` says that they are here to listen, and for nothing else."""

    rank: Rank = Rank.MEMBER
    stage: Stage = Stage.AUDIENCE
    muted: bool = False
    observes: bool = False


STAGES: Mapping[tuple[Stage, Move], tuple[Stage, By]] = MappingProxyType({
    (Stage.AUDIENCE, Move.RAISE_HAND): (Stage.HAND_UP, By.SELF),
    (Stage.AUDIENCE, Move.INVITE): (Stage.INVITED, By.HIGHER),
    (Stage.AUDIENCE, Move.ACCEPT): (Stage.SPEAKING, By.RANKED),
    (Stage.HAND_UP, Move.LOWER_HAND): (Stage.AUDIENCE, By.ANY),
    (Stage.HAND_UP, Move.INVITE): (Stage.INVITED, By.HIGHER),
    (Stage.HAND_UP, Move.ACCEPT): (Stage.SPEAKING, By.RANKED),
    (Stage.INVITED, Move.ACCEPT): (Stage.SPEAKING, By.SELF),
    (Stage.INVITED, Move.DECLINE): (Stage.AUDIENCE, By.SELF),
    (Stage.INVITED, Move.MOVE_TO_AUDIENCE): (Stage.AUDIENCE, By.HIGHER),
    (Stage.INVITED, Move.TAKE_BACK): (Stage.HAND_UP, By.HIGHER),
    (Stage.SPEAKING, Move.STEP_DOWN): (Stage.AUDIENCE, By.SELF),
    (Stage.SPEAKING, Move.MOVE_TO_AUDIENCE): (Stage.AUDIENCE, By.HIGHER),
    (Stage.SPEAKING, Move.MUTE): (Stage.SPEAKING, By.ANY),
    (Stage.SPEAKING, Move.UNMUTE): (Stage.SPEAKING, By.SELF),
})  # fmt: skip

RANKS: Mapping[tuple[Rank, Move], tuple[Rank, By]] = MappingProxyType({
    (Rank.MEMBER, Move.MAKE_MODERATOR): (Rank.MODERATOR, By.HOST),
    (Rank.MODERATOR, Move.UNMAKE_MODERATOR): (Rank.MEMBER, By.HOST),
    (Rank.MEMBER, Move.PASS_HOST): (Rank.HOST, By.HOST),
    (Rank.MODERATOR, Move.PASS_HOST): (Rank.HOST, By.HOST),
})  # fmt: skip

OUT: Mapping[Move, By] = MappingProxyType({Move.REMOVE: By.HIGHER, Move.BAN: By.HIGHER})

ROOM: Mapping[Move, Rank] = MappingProxyType({
    Move.LOCK: Rank.MODERATOR,
    Move.UNLOCK: Rank.MODERATOR,
    Move.END: Rank.HOST,
})  # fmt: skip

RANK_MOVES = frozenset(move for _, move in RANKS)
MUTED_AFTER: Mapping[Move, bool] = MappingProxyType({Move.MUTE: True, Move.UNMUTE: False})
# What makes somebody more than a listener: done by, or to, nobody who observes for the server's moderation.
TAKING_PART = frozenset({Move.RAISE_HAND, Move.INVITE, Move.ACCEPT, Move.MAKE_MODERATOR, Move.PASS_HOST})
# Privileged when done to somebody else: refused while the road to the media side is down, so that none is half done.
PRIVILEGED = frozenset({Move.MUTE, Move.MOVE_TO_AUDIENCE, Move.REMOVE, Move.BAN, Move.END})


def may(who: By, actor: Rank, subject: Rank, *, own: bool) -> bool:
    """Whether somebody of rank `actor` may; `own` says that they are the subject themselves."""
    return {
        By.SELF: own,
        By.HIGHER: not own and actor > subject,
        By.ANY: own or actor > subject,
        By.RANKED: own and actor >= Rank.MODERATOR,
        By.HOST: not own and subject < actor == Rank.HOST,
    }[who]


def step(move: Move, subject: Standing, actor: Rank, *, own: bool) -> Standing:
    """Where `subject` stands after `move` by somebody of rank `actor` (`own`: by themselves).

    Raises `Refused`: FORBIDDEN when such an actor may never do this to such a subject, WRONG_STAGE when the move does
    not lead on from where the subject stands, ALREADY when it would change nothing.
    """
    if subject.observes and move in TAKING_PART:
        raise Refused(Code.FORBIDDEN)
    if move in OUT:
        _check(OUT[move], actor, subject, own=own)
        return Standing(subject.rank)
    if move in RANK_MOVES:
        rank, who = RANKS.get((subject.rank, move), (None, By.HOST))
        _check(who, actor, subject, own=own)
        if rank is None:
            raise Refused(Code.ALREADY)
        return replace(subject, rank=rank)
    return _on_stage(move, subject, actor, own=own)


def may_room(move: Move, actor: Rank) -> None:
    """Nothing, if somebody of rank `actor` may make this move on the whole room; else raises `Refused(FORBIDDEN)`."""
    if actor < ROOM[move]:
        raise Refused(Code.FORBIDDEN)


def _on_stage(move: Move, subject: Standing, actor: Rank, *, own: bool) -> Standing:
    if not any(may(who, actor, subject.rank, own=own) for (_, key), (_, who) in STAGES.items() if key is move):
        raise Refused(Code.FORBIDDEN)
    if (subject.stage, move) not in STAGES:
        raise Refused(Code.WRONG_STAGE)
    stage, who = STAGES[subject.stage, move]
    _check(who, actor, subject, own=own)
    after = replace(subject, stage=stage, muted=MUTED_AFTER.get(move, False))
    if after == subject:
        raise Refused(Code.ALREADY)
    return after


def _check(who: By, actor: Rank, subject: Standing, *, own: bool) -> None:
    if not may(who, actor, subject.rank, own=own):
        raise Refused(Code.FORBIDDEN)
