"""Deciding, reporting and coming in at the same time: rows are held in one order, so that nobody waits in a ring."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

from accounts import actions, codes, invites, notice
from accounts.actions import Keys, Newcomer
from accounts.models import InviteCode, Redemption, User, new_uid
from moderation.actions import decisions
from moderation.actions.cases import locked
from moderation.measures import Measure
from moderation.models import Case, Decision
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.flows.stack import until
from tests.moderation.desk import DAY, claimed, decided, moderator, reported
from tests.rooms.scenes import NOON, SOURCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]
T = TypeVar("T")


@pytest.fixture(autouse=True)
def _rows_can_be_held() -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has one writer at a time")


@contextmanager
def held(hold: Callable[[], object], act: Callable[[], T]) -> Iterator[Future[T]]:
    """What `act` comes to, which another connection does: it waits for the row that `hold` holds here until the end."""

    def run() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        hold()
        done = thread.submit(run)
        until("it waits for us", lambda: done.done() or _waiting())
        assert not done.done(), done.exception()
        yield done


def _waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.fixture
def proposed(case: Case, bob: User, mallory: User, alice: User) -> Decision:
    """Bob let Mallory in, and she Alice; dana proposes that his branch is pruned for a week."""
    for host, guest in ((bob, mallory), (mallory, alice)):
        code = InviteCode.objects.create(issuer=host, digest=guest.username, created_at=NOON, expires_at=NOON + DAY)
        Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)
    dana = moderator("Dana")
    return decided(claimed(case, dana), dana, Measure.PRUNE, 7 * DAY)


@pytest.fixture
def prune(proposed: Decision) -> Callable[[], Decision]:
    femi = moderator("Femi", Role.SENIOR)
    return lambda: decisions.confirm(proposed.pk, by=femi, now=NOON, source=SOURCE)


def out() -> set[str]:
    return set(User.objects.exclude(suspended_until=None).values_list("username", flat=True))


def test_a_report_that_waits_for_its_case_holds_nobody_whom_a_decision_needs(
    case: Case, room: Room, bob: User, carol: User
) -> None:
    with held(lambda: locked(case.pk), lambda: reported(carol, bob, room, Policy.SPAM)) as report:
        User.objects.select_for_update(nowait=True).get(pk=carol.pk)
    assert report.result().case == case


def test_a_pruning_that_waits_for_somebody_holds_no_room_yet(
    prune: Callable[[], Decision], room: Room, alice: User
) -> None:
    with held(lambda: User.objects.select_for_update().get(pk=alice.pk), prune):
        Room.objects.select_for_update(nowait=True).get(pk=room.pk)
    assert out() == {"alice", "bob", "mallory"}


def test_what_only_points_to_somebody_does_not_wait_for_their_suspension(
    prune: Callable[[], Decision], room: Room, bob: User
) -> None:
    with held(lambda: Room.objects.select_for_update().get(pk=room.pk), prune), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE id = %s FOR KEY SHARE NOWAIT", [bob.pk])
    assert out() == {"alice", "bob", "mallory"}


def test_whoever_comes_in_while_a_branch_is_pruned_is_on_it(prune: Callable[[], Decision], mallory: User) -> None:
    code = actions.issue(mallory, uses=1, days=7, now=NOON, source=SOURCE)
    digest, here = codes.digest_of(invites.normalise(code)), notice.of("standard")
    dora = Newcomer(new_uid(), "dora", "Dora", "en", Keys(password="!hash"))
    with held(lambda: actions.join(digest, dora, here, now=NOON, source=SOURCE), prune):
        pass
    assert out() == {"alice", "bob", "dora", "mallory"}
