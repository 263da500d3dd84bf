"""A random walk of several people through one room: whoever folds the events sees what a fresh snapshot shows."""

from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Block, User
from moderation.audit.source import Source
from rooms.actions import invites, presence
from rooms.actions.rooms import Edit, edit
from rooms.actions.sweep import sweep
from rooms.models import Access, Member, Room, State
from rooms.protocol import Event, fold
from rooms.roles import Move, Rank, Refused, Stage
from tests.rooms.scenes import NOON, SOURCE, a_room, a_session, come, do, fresh, wire

people, minds = st.integers(0, 4), st.integers(0, 9)


class Walk(RuleBasedStateMachine):
    """Five people; the first hosts. Every action may be refused, and then says nothing."""

    @initialize(access=st.sampled_from(Access))
    def open(self, access: Access) -> None:
        User.objects.all().delete()
        self.cast = [User.objects.create(username=f"p{number}", display_name=f"P{number}") for number in range(5)]
        self.room = a_room(self.cast[0], access)
        self.now = NOON
        self.state: Event = fresh(self.room)
        self.stack = ExitStack()
        self.said = self.stack.enter_context(wire())
        come(self.cast[0], self.room)

    @rule(who=people, tab=st.sampled_from(["a", "b"]))
    def joins(self, who: int, tab: str) -> None:
        with suppress(Refused):
            come(self.cast[who], self.room, a_session(tab), self.now)

    @rule(who=people, what=st.sampled_from([move for move in Move if move is not Move.END]), on=st.none() | people)
    def moves(self, who: int, what: Move, on: int | None) -> None:
        subject = self.cast[on] if on is not None else None
        with suppress(Refused, Member.DoesNotExist):
            do(self.cast[who], self.room, what, subject, self.now)

    @rule(who=people, how=st.sampled_from(["leave", "lose"]))
    def goes(self, who: int, how: str) -> None:
        row = Member.objects.filter(room=self.room, user=self.cast[who]).first()
        if row is None or not row.connection:
            return
        seat = presence.Seat(self.room.pk, row.pk, row.number, self.cast[who].uid, row.connection)
        if how == "lose":
            presence.lose(seat, now=self.now)
        else:
            presence.leave(seat, "left", source=SOURCE, now=self.now)

    @rule(who=people, on=people, stage=st.sampled_from([Stage.AUDIENCE, Stage.SPEAKING]))
    def invites(self, who: int, on: int, stage: Stage) -> None:
        with suppress(Refused):
            name = self.cast[on].username
            invites.invite_user(self.cast[who], self.room.pk, name, stage, source=SOURCE, now=self.now)

    @rule(who=people, link=st.sampled_from(["", "https://example.org", "gopher://hole"]), title=st.sampled_from("ab"))
    def edits(self, who: int, link: str, title: str) -> None:
        with suppress(Refused):
            edit(self.cast[who], self.room.pk, Edit(title=title, link=link), source=SOURCE, now=self.now)

    @rule(who=people, avatar=st.sampled_from(["", "0" * 16, "f" * 16]))
    def changes_their_picture(self, who: int, avatar: str) -> None:
        self.cast[who].avatar = avatar
        self.cast[who].save(update_fields=["avatar"])

    @rule(who=people, on=people)
    def blocks(self, who: int, on: int) -> None:
        if who != on:
            Block.objects.get_or_create(
                blocker=self.cast[who], blocked=self.cast[on], defaults={"created_at": self.now}
            )

    @rule(seconds=st.sampled_from([5, 31, 700]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        sweep(lambda holders: holders, source=Source.internal("celery"), now=self.now)

    @invariant()
    def the_fold_is_the_fresh_snapshot(self) -> None:
        if not hasattr(self, "room"):
            return
        for event in self.said.events(self.room):
            assert event["seq"] == self.state["seq"] + 1
            self.state = fold(self.state, event)
        self.said.parcels.clear()
        now = fresh(self.room)
        assert {**self.state, "listening": 0} == {**now, "listening": 0}

    @invariant()
    def there_is_one_host_and_no_uninvited_voice(self) -> None:
        if not hasattr(self, "room"):
            return
        rows = Member.objects.filter(room=self.room)
        assert rows.filter(rank=Rank.HOST).count() == 1
        assert not rows.filter(present=False).exclude(stage=Stage.AUDIENCE).exists()
        assert not rows.filter(barred=True, present=True).exists()
        if Room.objects.get(pk=self.room.pk).state == State.ENDED:
            assert not rows.filter(present=True).exists()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()


class TestWalk(TransactionTestCase):
    def test_folding_what_was_said_is_what_a_snapshot_shows(self) -> None:
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        run_state_machine_as_test(
            Walk, settings=settings(max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=slow)
        )


pytestmark = pytest.mark.timeout(300)
