"""A branch that is pruned: everybody on it has a decision of their own, and comes back alone or with all."""

import pytest

from accounts.models import InviteCode, Redemption, User
from moderation.actions import decisions
from moderation.actions.base import Code
from moderation.cases import APPEAL_FOR
from moderation.measures import Measure
from moderation.models import Case, Decision, Stand
from rooms.models import Room
from tests.log import entries, entry
from tests.moderation.actions.test_decisions import codes_of, opening
from tests.moderation.desk import DAY, claimed, decided, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(room: Room, bob: User, carol: User, dana: User) -> Case:
    return claimed(reported(carol, bob, room).case, dana)


def let_in(host: User, guest: User) -> None:
    code = InviteCode.objects.create(issuer=host, digest=guest.username, created_at=NOON, expires_at=NOON + DAY)
    Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)


@pytest.fixture
def pruned(case: Case, bob: User, mallory: User, alice: User, dana: User, femi: User) -> Decision:
    """Bob let Mallory in, and she Alice; his branch is pruned for a week."""
    let_in(bob, mallory)
    let_in(mallory, alice)
    return decisions.confirm(decided(case, dana, Measure.PRUNE, 7 * DAY).pk, by=femi, now=NOON, source=SOURCE)


def out() -> set[str]:
    return set(User.objects.exclude(suspended_until=None).values_list("username", flat=True))


def test_everybody_on_a_pruned_branch_has_a_decision_with_reasons_and_an_entry_of_their_own(
    pruned: Decision, alice: User, mallory: User, dana: User, femi: User
) -> None:
    assert out() == {"bob", "mallory", "alice"}
    own = list(pruned.branch.order_by("pk"))
    assert [(one.subject, one.measure, one.state) for one in own] == [
        (mallory, Measure.SUSPEND, Stand.IN_FORCE),
        (alice, Measure.SUSPEND, Stand.IN_FORCE),
    ]
    for one in own:
        assert (one.until, one.appeal_until) == (NOON + 7 * DAY, NOON + APPEAL_FOR)
        assert (one.made_by, one.second) == (dana, femi)
        assert "Nobody says that you did" in one.facts
        assert pruned.facts not in one.facts
        made = entry(id=one.entry)
        assert one.subject is not None
        assert (made.action, made.object_id) == ("decision.make", one.subject.uid)


def test_with_a_pruning_end_the_codes_of_the_whole_branch_and_nobody_elses(
    case: Case, bob: User, carol: User, mallory: User, alice: User, dana: User, femi: User
) -> None:
    let_in(bob, mallory)
    let_in(mallory, alice)
    found = codes_of(bob, mallory, alice, carol)
    decisions.confirm(decided(case, dana, Measure.PRUNE, 7 * DAY).pk, by=femi, now=NOON, source=SOURCE)
    assert opening(found) == ["carol"]


def test_one_of_a_pruned_branch_comes_back_alone(pruned: Decision, mallory: User, femi: User) -> None:
    decisions.undo(pruned.branch.get(subject=mallory), by=femi, now=NOON, source=SOURCE)
    assert out() == {"bob", "alice"}


def test_with_the_pruning_end_the_decisions_that_have_no_other_ground(
    pruned: Decision, mallory: User, femi: User
) -> None:
    decisions.undo(pruned.branch.get(subject=mallory), by=femi, now=NOON, source=SOURCE)
    decisions.undo(pruned, by=femi, now=NOON, source=SOURCE)
    assert out() == set()
    assert len(entries(action="decision.undo")) == 3


def test_nobody_prunes_the_branch_that_they_came_by(case: Case, bob: User, dana: User, femi: User) -> None:
    let_in(bob, dana)
    proposed = decided(case, dana, Measure.PRUNE, 7 * DAY)
    unchanged(Code.SUBJECT, lambda: decisions.confirm(proposed.pk, by=femi, now=NOON, source=SOURCE))
