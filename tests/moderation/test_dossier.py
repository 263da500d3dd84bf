"""What the console knows of those whom a case concerns: carol reported bob, whom alice let in."""

import pytest
from pytest_django.fixtures import Settings

from accounts.models import InviteCode, Redemption, User
from moderation import dossier
from moderation.actions import decisions
from moderation.dossier import Reporters
from moderation.measures import Measure
from moderation.models import Case
from rooms.models import Room
from tests.moderation.desk import DAY, claimed, decided, reported
from tests.rooms.scenes import NOON, SOURCE, a_room, come

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("profile", "shown"), [("standard", True), ("cn", True), ("private", False)])
def test_who_let_somebody_in_is_shown_unless_the_profile_hides_it(
    case: Case, alice: User, bob: User, settings: Settings, profile: str, shown: bool
) -> None:
    code = InviteCode.objects.create(issuer=alice, digest="x", created_at=NOON, expires_at=NOON + DAY)
    Redemption.objects.create(code=code, user=bob, redeemed_at=NOON)
    settings.STOA_PROFILE = profile
    past = dossier.past(case)
    assert past is not None
    assert (past.inviter, past.branch) == (alice if shown else None, shown)


def test_of_whoever_is_reported_the_decisions_in_other_cases_are_known_and_no_dismissal(
    case: Case, room: Room, alice: User, bob: User, carol: User, femi: User
) -> None:
    made = []
    for measure in (Measure.NONE, Measure.WARN):
        other = a_room(alice)
        for person in (alice, bob, carol):
            come(person, other)
        made.append(decided(claimed(reported(carol, bob, other).case, femi), femi, measure))
    past = dossier.past(case)
    assert past is not None
    assert (past.decisions, past.cases) == ([made[1]], 2)


def test_what_became_of_earlier_reports_counts_as_long_as_it_holds(
    case: Case, alice: User, bob: User, carol: User, femi: User
) -> None:
    assert dossier.reporters(case) == Reporters(1, 0, 0, 0)
    other = a_room(alice)
    for person in (alice, bob, carol):
        come(person, other)
    made = decided(claimed(reported(carol, alice, other).case, femi), femi, Measure.NONE)
    assert dossier.reporters(case) == Reporters(1, 0, 0, 1)
    decisions.undo(made, by=femi, now=NOON, source=SOURCE)
    assert dossier.reporters(case) == Reporters(1, 0, 0, 0)
