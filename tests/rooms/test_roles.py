"""The role table: what a move leads to, and who may make it."""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rooms.roles import (
    OUT,
    RANK_MOVES,
    RANKS,
    ROOM,
    STAGES,
    TAKING_PART,
    By,
    Code,
    Move,
    Rank,
    Refused,
    Stage,
    Standing,
    may_room,
    step,
)

ranks, stages = st.sampled_from(Rank), st.sampled_from(Stage)
standings = st.builds(Standing, ranks, stages, st.booleans())
member_moves = st.sampled_from([move for move in Move if move not in ROOM])
BOB = Standing()
STAGE_MOVES = sorted({move for _, move in STAGES})


def refusal(move: Move, subject: Standing, actor: Rank, *, own: bool = False) -> Code:
    with pytest.raises(Refused) as caught:
        step(move, subject, actor, own=own)
    return caught.value.code


def test_every_move_stands_in_exactly_one_table() -> None:
    tables = [*STAGE_MOVES, *RANK_MOVES, *OUT, *ROOM]
    assert sorted(tables) == sorted(Move)


def test_the_walk_to_the_stage_leads_over_hand_invite_and_accept() -> None:
    up = step(Move.RAISE_HAND, BOB, Rank.MEMBER, own=True)
    invited = step(Move.INVITE, up, Rank.MODERATOR, own=False)
    assert step(Move.ACCEPT, invited, Rank.MEMBER, own=True) == Standing(Rank.MEMBER, Stage.SPEAKING, False)


@pytest.mark.parametrize("stage", Stage)
def test_a_member_never_accepts_what_nobody_offered(stage: Stage) -> None:
    if stage is not Stage.INVITED:
        assert refusal(Move.ACCEPT, Standing(Rank.MEMBER, stage), Rank.MEMBER, own=True) in (
            Code.FORBIDDEN,
            Code.WRONG_STAGE,
        )


def test_a_moderator_mutes_but_never_unmutes() -> None:
    muted = step(Move.MUTE, Standing(stage=Stage.SPEAKING), Rank.MODERATOR, own=False)
    assert muted.muted
    assert refusal(Move.UNMUTE, muted, Rank.MODERATOR) is Code.FORBIDDEN
    assert not step(Move.UNMUTE, muted, Rank.MEMBER, own=True).muted


def test_what_changes_nothing_is_refused_as_already_so() -> None:
    assert refusal(Move.MUTE, Standing(stage=Stage.SPEAKING, muted=True), Rank.MEMBER, own=True) is Code.ALREADY
    assert refusal(Move.MAKE_MODERATOR, Standing(Rank.MODERATOR), Rank.HOST) is Code.ALREADY


@given(st.sampled_from(sorted(TAKING_PART)), standings, ranks, st.booleans())
def test_nothing_makes_more_than_a_listener_of_whoever_observes(
    move: Move, subject: Standing, actor: Rank, own: bool
) -> None:
    assert refusal(move, replace(subject, observes=True), actor, own=own) is Code.FORBIDDEN


def test_only_the_host_ends_the_room_and_only_a_rank_locks_it() -> None:
    may_room(Move.END, Rank.HOST)
    may_room(Move.LOCK, Rank.MODERATOR)
    for move, rank in ((Move.END, Rank.MODERATOR), (Move.LOCK, Rank.MEMBER), (Move.UNLOCK, Rank.MEMBER)):
        with pytest.raises(Refused):
            may_room(move, rank)


@given(member_moves, standings, ranks, st.booleans())
def test_a_step_gives_a_standing_or_a_refusal_and_never_anything_else(
    move: Move, subject: Standing, actor: Rank, own: bool
) -> None:
    with suppress(Refused):
        assert isinstance(step(move, subject, subject.rank if own else actor, own=own), Standing)


@given(member_moves, standings, ranks)
def test_nobody_moves_somebody_of_their_own_rank_or_above(move: Move, subject: Standing, actor: Rank) -> None:
    if actor <= subject.rank:
        assert refusal(move, subject, actor) in (Code.FORBIDDEN, Code.WRONG_STAGE)


@given(member_moves, standings, ranks, st.booleans())
def test_nobody_but_the_host_changes_a_rank_and_nobody_their_own(
    move: Move, subject: Standing, actor: Rank, own: bool
) -> None:
    try:
        after = step(move, subject, subject.rank if own else actor, own=own)
    except Refused:
        return
    if after.rank != subject.rank:
        assert not own
        assert actor is Rank.HOST


@given(standings, ranks, st.booleans())
def test_whoever_is_not_speaking_is_not_muted_either(subject: Standing, actor: Rank, own: bool) -> None:
    for move in STAGE_MOVES:
        try:
            after = step(move, subject, actor, own=own)
        except Refused:
            continue
        assert after.stage is Stage.SPEAKING or not after.muted


class NobodySlipsOntoTheStage(RuleBasedStateMachine):
    """Members, moderators and a host make moves; a member speaks only if somebody of a higher rank let them."""

    @initialize(kinds=st.lists(ranks.filter(lambda rank: rank is not Rank.HOST), min_size=2, max_size=4))
    def people(self, kinds: list[Rank]) -> None:
        self.people_ = [Standing(rank) for rank in kinds]
        self.let = [False] * len(kinds)

    @rule(move=st.sampled_from([*STAGE_MOVES, *RANK_MOVES]), actor=st.integers(0, 3), subject=st.integers(0, 3))
    def try_move(self, move: Move, actor: int, subject: int) -> None:
        actor, subject = actor % len(self.people_), subject % len(self.people_)
        before = self.people_[subject]
        try:
            after = step(move, before, self.people_[actor].rank, own=actor == subject)
        except Refused:
            return
        if move is Move.INVITE:
            assert self.people_[actor].rank > before.rank
            self.let[subject] = True
        if before.stage in (Stage.INVITED, Stage.SPEAKING) and after.stage is Stage.AUDIENCE:
            self.let[subject] = False
        self.people_[subject] = after

    @invariant()
    def members_speak_only_if_let(self) -> None:
        for standing, let in zip(getattr(self, "people_", []), getattr(self, "let", []), strict=True):
            assert standing.stage is not Stage.SPEAKING or let or standing.rank > Rank.MEMBER

    @invariant()
    def nobody_has_become_host(self) -> None:
        assert all(standing.rank is not Rank.HOST for standing in getattr(self, "people_", []))


TestNobodySlipsOntoTheStage = NobodySlipsOntoTheStage.TestCase


def test_the_tables_name_only_moves_of_the_protocol() -> None:
    assert all(isinstance(who, By) for _, who in (*STAGES.values(), *RANKS.values()))


def test_the_page_s_script_knows_by_the_same_names_who_may_make_a_move() -> None:
    script = Path(__file__).parents[2] / "static" / "js" / "room" / "moves.js"
    _, _, rules = script.read_text(encoding="utf-8").partition("function may(")
    assert set(re.findall(r"^    ([A-Z_]+): ", rules.partition("}[by]")[0], re.MULTILINE)) == {by.name for by in By}
