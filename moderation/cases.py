"""The life of a case: which act leads where, who may make it, and by when. PURE: one table.

What cannot wait for a case is decided as its case is opened (`actions.decisions.decide_at_once`): it begins as DECIDED.
Nobody works on a case about themselves or on their own report; nobody confirms what they proposed; whoever decided
neither hears the appeals nor decides what is open again after one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from moderation.policies import Severity


class State(StrEnum):
    """Where a case is. ESCALATED waits for a senior moderator: to take it, or to confirm what was proposed."""

    NEW = "new"
    TRIAGED = "triaged"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    DECIDED = "decided"
    APPEALED = "appealed"
    CLOSED = "closed"


class Act(StrEnum):
    """What is done with a case; the words stand in the log as `case.*`."""

    TRIAGE = "triage"
    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    NAME = "name"
    MERGE = "merge"
    ESCALATE = "escalate"
    DECIDE = "decide"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    DECLINE = "decline"
    APPEAL = "appeal"
    ANSWER = "answer"
    HEAR = "hear"
    REOPEN = "reopen"
    CLOSE = "close"


class Code(StrEnum):
    """Why an act on a case is refused."""

    STATE = "case_state"
    CLAIMED = "claimed_by_another"
    UNCLAIMED = "not_claimed"
    SUBJECT = "subject"
    REPORTER = "own_report"
    SAME_PERSON = "same_person"
    FIRST_DECIDER = "first_decider"
    SENIOR = "senior_only"


class By(StrEnum):
    """Who may make an act; the values are the words of the documentation."""

    SERVER = "the server"
    STAFF = "any moderator"
    HOLDER = "the moderator who has claimed it"
    SENIOR = "a senior moderator"
    OTHER = "a senior moderator who did not propose it"
    HEARER = "a senior moderator who did not decide it"
    MEMBER = "the member it restricts, or whose report it dismissed"


LIFE: Mapping[tuple[State, Act], tuple[State, By]] = MappingProxyType({
    (State.NEW, Act.TRIAGE): (State.TRIAGED, By.SERVER),
    (State.NEW, Act.CLAIM): (State.CLAIMED, By.STAFF),
    (State.TRIAGED, Act.CLAIM): (State.CLAIMED, By.STAFF),
    (State.CLAIMED, Act.RELEASE): (State.TRIAGED, By.HOLDER),
    (State.CLAIMED, Act.HAND_OVER): (State.CLAIMED, By.HOLDER),
    (State.CLAIMED, Act.NAME): (State.CLAIMED, By.HOLDER),  # whom or what a notice from outside is about
    (State.CLAIMED, Act.MERGE): (State.CLOSED, By.HOLDER),  # into the open case about the same
    (State.CLAIMED, Act.ESCALATE): (State.ESCALATED, By.HOLDER),
    (State.ESCALATED, Act.CLAIM): (State.CLAIMED, By.SENIOR),
    (State.CLAIMED, Act.DECIDE): (State.DECIDED, By.HOLDER),
    (State.CLAIMED, Act.PROPOSE): (State.ESCALATED, By.HOLDER),
    (State.ESCALATED, Act.CONFIRM): (State.DECIDED, By.OTHER),
    (State.ESCALATED, Act.DECLINE): (State.CLAIMED, By.OTHER),
    (State.DECIDED, Act.APPEAL): (State.APPEALED, By.MEMBER),
    (State.APPEALED, Act.APPEAL): (State.APPEALED, By.MEMBER),  # somebody else whom the case concerns
    (State.APPEALED, Act.ANSWER): (State.APPEALED, By.HEARER),  # one appeal, while others wait
    (State.APPEALED, Act.HEAR): (State.DECIDED, By.HEARER),  # the last one
    (State.APPEALED, Act.REOPEN): (State.TRIAGED, By.HEARER),  # what was dismissed is looked at again
    (State.DECIDED, Act.CLOSE): (State.CLOSED, By.SERVER),  # nobody can appeal any more
})  # fmt: skip

OPEN = (State.NEW, State.TRIAGED, State.CLAIMED, State.ESCALATED)
"""States in which another report of the same person in the same room joins the case."""
LIVE = (*OPEN, State.DECIDED, State.APPEALED)
"""States in which its evidence may be opened."""

WITHIN: Mapping[Severity, timedelta] = MappingProxyType({
    Severity.CRITICAL: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.NORMAL: timedelta(hours=24),
    Severity.LOW: timedelta(hours=72),
})  # fmt: skip
APPEAL_FOR = timedelta(days=184)
"""How long an appeal is open: six months (DSA Art. 20(1)), counted in their longest."""
HEARD_WITHIN = timedelta(days=7)
IDLE = timedelta(hours=2)
"""A claim that nobody worked on for so long goes back to the queue."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who has a part in a case, by uid; empty for nobody.

    `deciders` made or confirmed a decision that was in force, also one that was overturned; `proposer` waits for a
    second person.
    """

    subjects: frozenset[str] = frozenset()
    reporters: frozenset[str] = frozenset()
    holder: str = ""
    proposer: str = ""
    deciders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a uid (empty for the server itself), and whether they are a senior moderator."""

    uid: str
    senior: bool = False


def step(state: State, act: Act, actor: Actor, parties: Parties) -> tuple[State, Code | None]:
    """Where the case stands after the act, and why it is refused, if it is (then it stays where it is)."""
    if (state, act) not in LIFE:
        taken = act is Act.CLAIM and state is State.CLAIMED
        return state, Code.CLAIMED if taken else Code.STATE
    after, who = LIFE[state, act]
    code = unfit(actor, parties) if who not in (By.SERVER, By.MEMBER) else None
    code = code or _refusal(who, actor, parties)
    return (state, code) if code else (after, None)


def conflict(actor: Actor, parties: Parties) -> Code | None:
    """Why this person may have nothing to do with the case; None if they may."""
    if actor.uid in parties.subjects:
        return Code.SUBJECT
    return Code.REPORTER if actor.uid in parties.reporters else None


def unfit(actor: Actor, parties: Parties) -> Code | None:
    """Why the case may not be in this person's hands: they have a part in it, or decided on it before."""
    return conflict(actor, parties) or (Code.FIRST_DECIDER if actor.uid in parties.deciders else None)


def strange(state: State, actor: Actor, parties: Parties) -> Code | None:
    """Why this person may not write to whoever reported from outside.

    None if they have the case; while nobody works on it (any more), if they decided on it.
    """
    part = actor.uid == parties.holder or (state not in OPEN and actor.uid in parties.deciders)
    return conflict(actor, parties) or (None if part else Code.UNCLAIMED)


def _refusal(who: By, actor: Actor, parties: Parties) -> Code | None:
    if who is By.HOLDER and actor.uid != parties.holder:
        return Code.UNCLAIMED
    if who in (By.SENIOR, By.OTHER, By.HEARER) and not actor.senior:
        return Code.SENIOR
    return Code.SAME_PERSON if who is By.OTHER and actor.uid == parties.proposer else None


def due(severity: Severity, opened_at: datetime) -> datetime:
    """By when a case must be decided."""
    return opened_at + WITHIN[severity]
