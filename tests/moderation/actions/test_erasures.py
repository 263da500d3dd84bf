"""Who is erased from the log is let go of by every row that names them by their id."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import Lever, Switch, User
from moderation.actions import reviews, rights, staff
from moderation.actions.erasures import DOERS, ERASED, SUBJECTS, WAITS
from moderation.actions.statements import state
from moderation.audit.erase import NeededError, erase
from moderation.audit.hold import HeldError, place
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import (
    Authority,
    DataRequest,
    Held,
    HoldRequest,
    LawfulRequest,
    PolicyText,
    Review,
    Staff,
    Statement,
    Unmasking,
    Wish,
)
from moderation.policies import Policy
from moderation.review.annex import Order, facts_of
from moderation.staff import Role
from tests.moderation.filed import a_case
from tests.rooms.scenes import NOON

SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(alice: User, bob: User) -> User:
    """Alice let Bob onto the staff, stated something and ran a review."""
    now = timezone.now()
    staff.grant(bob, Role.SENIOR, None, now=now, source=SOURCE, by=alice.uid)
    state("officer", "Bob", "", by=alice.uid, now=now, source=SOURCE)
    reviews.run(Order("cn", now - timedelta(days=7), now, alice.uid, now), source=SOURCE)
    return alice


def doers() -> set[str]:
    return {Staff.objects.get().granted_by, Statement.objects.get().made_by, Review.objects.get().run_by}


def test_no_row_names_who_was_erased_and_every_row_stays(worked: User) -> None:
    assert doers() == {worked.uid}
    erase(worked.uid, by="", reason="request", now=timezone.now(), source=SOURCE)
    assert doers() == {"", ERASED}
    assert Staff.objects.get().granted_by == ERASED  # and not the operator


def test_of_others_nothing_is_let_go(worked: User, bob: User) -> None:
    erase(bob.uid, by="", reason="request", now=timezone.now(), source=SOURCE)
    assert doers() == {worked.uid}


def _waits(bob: User, wish: DataRequest) -> None:
    """Nobody has answered yet."""


def _is_granted(bob: User, wish: DataRequest) -> None:
    rights.answer(wish.pk, "", granted=True, by=bob, now=NOON, source=SOURCE)


def _is_refused(bob: User, wish: DataRequest) -> None:
    rights.answer(wish.pk, "A case needs it.", granted=False, by=bob, now=NOON, source=SOURCE)


def _is_done(bob: User, wish: DataRequest) -> None:
    _is_granted(bob, wish)
    assert wish.user
    erase(wish.user.uid, by="", reason="request", now=NOON, source=SOURCE)


@pytest.mark.parametrize(("becomes", "goes"), [(_waits, 1), (_is_granted, 1), (_is_refused, 0), (_is_done, 0)])
def test_a_year_after_it_was_made_a_request_outweighs_a_case_unless_it_was_refused_or_is_done(
    becomes: Callable[[User, DataRequest], None], goes: int, alice: User, bob: User
) -> None:
    becomes(bob, rights.ask(alice, Wish.ERASURE, "Forget me.", now=NOON, source=SOURCE))
    record("room.open", source=SOURCE, actor=alice.uid)
    case, late = a_case(alice), NOON + WAITS
    with pytest.raises(NeededError):
        erase(alice.uid, by="", reason="request", now=late - timedelta(seconds=1), source=SOURCE)
    if not goes:
        with pytest.raises(NeededError) as kept:
            erase(alice.uid, by="", reason="request", now=late, source=SOURCE)
        assert kept.value.cases == [case.pk]
        return
    assert erase(alice.uid, by="", reason="request", now=late, source=SOURCE).entries
    assert DataRequest.objects.get().done


def test_under_a_hold_nothing_is_let_go(worked: User) -> None:
    now = timezone.now()
    place("user", worked.uid, ground="g", by="a", approver="b", review_at=now, now=now, source=SOURCE)
    with pytest.raises(HeldError):
        erase(worked.uid, by="", reason="request", now=timezone.now(), source=SOURCE)
    assert doers() == {worked.uid}


def test_an_annex_which_cannot_forget_never_knew(worked: User) -> None:
    review = Review.objects.get()
    assert worked.uid not in review.annex
    assert facts_of(review.annex)["run_by"] == "staff"


@pytest.fixture
def named(worked: User, bob: User) -> str:
    """Everywhere where a row can name somebody, Alice is named."""
    uid, now = worked.uid, timezone.now()
    PolicyText.objects.create(
        policy=Policy.SPAM, version=2, english="e", chinese="c", made_by=uid, made_at=now, entry=1
    )
    answered = {"asked_at": now, "due_at": now, "answered_at": now, "granted": True, "answered_by": uid}
    DataRequest.objects.create(user=bob, wish=Wish.ACCESS, **answered)
    Switch.objects.create(name=Lever.JOINS, reason="spam", pulled_by=uid, pulled_at=now)
    span = {"start": now - timedelta(days=1), "end": now}
    LawfulRequest.objects.create(
        kind=Authority.POLICE, authority="a", ground="g", person=uid, asked_by=bob, asked_at=now, **span
    )
    Unmasking.objects.create(person=uid, reason="r", asked_by=bob, asked_at=now)
    held = {"object_type": Held.PERSON, "object_id": uid, "ground": "g", "review_at": now}
    HoldRequest.objects.create(asked_by=bob, asked_at=now, **held)
    return uid


def columns_with(value: str) -> set[str]:
    """Every column of every table in which this stands."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [str(column[0]) for column in cursor.description]
            found |= {
                f"{table}.{name}" for row in cursor for name, cell in zip(names, row, strict=True) if value in str(cell)
            }
    return found


def test_every_row_that_names_somebody_by_their_id_lets_go_of_them(named: str) -> None:
    rows = [(model, column) for model, column in (*DOERS, *SUBJECTS)]
    assert {f"{model._meta.db_table}.{column}" for model, column in rows} <= columns_with(named)
    erase(named, by="", reason="request", now=timezone.now(), source=SOURCE)
    assert columns_with(named) == {"accounts_user.uid"}  # the account, which is theirs to keep or to end
    assert {LawfulRequest.objects.get().person, Unmasking.objects.get().person} == {ERASED}
    assert HoldRequest.objects.get().object_id == ERASED


# What may hold a person, and why no erasure from the log has to reach it. A model alone stands for all its columns.
_ACCOUNT = "the account itself, or something that goes with it (CASCADE)"
_LET_GO = "points at the account; empty once that is gone (SET_NULL)"
_KEPT = "points at the account of one of the staff, for as long as they must answer for what they decided (PROTECT)"
_WORDS = "words: read by people, expire with the case or are replaced, and are no key to anybody"
_THING = "names a thing, a state or a moment, and nobody"
_SEALED = "opens only with a key that erasing destroys, or is a hash without a salt anybody has"
REASONS = {
    "accounts.User": _ACCOUNT,
    "accounts.User_groups": _ACCOUNT,
    "accounts.User_user_permissions": _ACCOUNT,
    "accounts.InviteCode": _THING,
    "accounts.InviteCode.issuer": _LET_GO,
    "accounts.InviteCode.subject": _ACCOUNT,
    "accounts.InviteCode.username": "the name of somebody to come; it is free or somebody's account",
    "accounts.Redemption": _ACCOUNT,
    "accounts.Acceptance": _ACCOUNT,
    "accounts.Block": _ACCOUNT,
    "accounts.PushSubscription": _ACCOUNT,
    "accounts.Notification": "goes with the browser of an account, a day later at most",
    "accounts.BarredDevice": _ACCOUNT,
    "accounts.Switch": _THING,
    "accounts.Switch.note": _WORDS,
    "rooms.Room": _THING,
    "rooms.Room.title": _WORDS,
    "rooms.Room.topic": _WORDS,
    "rooms.Room.link": _WORDS,
    "rooms.Member": _ACCOUNT,
    "rooms.Carrier": _THING,
    "rooms.RoomInvite": _ACCOUNT,
    "rooms.Reminder": _ACCOUNT,
    "moderation.Case": _THING,
    "moderation.Case.host": _LET_GO,
    "moderation.Case.subject": _LET_GO,
    "moderation.Case.holder": _LET_GO,
    "moderation.Case.key": _SEALED,
    "moderation.Case.secret": _SEALED,
    "moderation.Report": _THING,
    "moderation.Report.reporter": _LET_GO,
    "moderation.Report.staff": _LET_GO,
    "moderation.Report.email": "of somebody outside, until they were told: no id of the log",
    "moderation.Report.words": _WORDS,
    "moderation.Freeze": _THING,
    "moderation.Evidence": _THING,
    "moderation.Evidence.user": _LET_GO,
    "moderation.Grant.asked_by": _KEPT,
    "moderation.Grant.approver": _KEPT,
    "moderation.Grant.reason": _WORDS,
    "moderation.Hint": _THING,
    "moderation.Hint.box": _SEALED,
    "moderation.Decision": _THING,
    "moderation.Decision.subject": _LET_GO,
    "moderation.Decision.facts": _WORDS,
    "moderation.Decision.made_by": _KEPT,
    "moderation.Decision.second": _KEPT,
    "moderation.Decision.undone_by": _KEPT,
    "moderation.Appeal.by": _LET_GO,
    "moderation.Appeal.hearer": _KEPT,
    "moderation.Appeal.words": _WORDS,
    "moderation.Appeal.reasons": _WORDS,
    "moderation.PolicyText": _WORDS,
    "moderation.HoldRequest.ground": _WORDS,
    "moderation.HoldRequest.asked_by": _KEPT,
    "moderation.HoldRequest.approver": _KEPT,
    "moderation.Reflex": _THING,
    "moderation.Control": _THING,
    "moderation.Finding": _THING,
    "moderation.Finding.owner": _LET_GO,
    "moderation.Finding.title": _WORDS,
    "moderation.Finding.proof": _WORDS,
    "moderation.Statement": _WORDS,
    "moderation.Baseline": _THING,
    "moderation.Trigger": _THING,
    "moderation.Review": _THING,
    "moderation.Review.annex": "an annex says `staff` or `operator`, see below",
    "moderation.LawfulRequest": _THING,
    "moderation.LawfulRequest.ground": _WORDS,
    "moderation.LawfulRequest.asked_by": _KEPT,
    "moderation.LawfulRequest.approver": _KEPT,
    "moderation.DataRequest.user": _LET_GO,
    "moderation.DataRequest.words": _WORDS,
    "moderation.DataRequest.answer": _WORDS,
    "moderation.Staff": _ACCOUNT,
    "moderation.Unmasking.reason": _WORDS,
    "moderation.Unmasking.asked_by": _KEPT,
    "moderation.Unmasking.approver": _KEPT,
    "audit.Entry": "public: persons stand in it as commitments alone",
    "audit.Label": _SEALED,
    "audit.PersonKey": "the key that erasing destroys",
    "audit.Leaf": _SEALED,
    "audit.Node": _SEALED,
    "audit.Checkpoint": _THING,
    "audit.Cosignature": _THING,
    "audit.Head": _THING,
    "audit.Hold": "a person stands in it as the number of a key: while it holds them they are not erased",
    "audit.Stream": _THING,
}
_DELETES = {_ACCOUNT: models.CASCADE, _LET_GO: models.SET_NULL, _KEPT: models.PROTECT}


def may_hold_a_person(field: "models.Field[object, object]") -> bool:
    if isinstance(field, models.ForeignKey):
        return field.related_model is User
    return not field.choices and isinstance(
        field, models.CharField | models.TextField | models.JSONField | models.BinaryField
    )


def ours() -> "list[tuple[str, models.Field[object, object]]]":
    labels = ("accounts", "rooms", "moderation", "audit")
    rows = [model for label in labels for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    return [
        (f"{model._meta.label}.{field.name}", field)
        for model in rows
        for field in model._meta.concrete_fields
        if may_hold_a_person(field)
    ]


@pytest.mark.parametrize(("place", "field"), ours(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_column_that_may_hold_a_person_is_erased_or_has_a_reason(
    place: str, field: "models.Field[object, object]"
) -> None:
    erased = {f"{model._meta.label}.{column}" for model, column in (*DOERS, *SUBJECTS)}
    model = place.rpartition(".")[0]
    reason = REASONS.get(place) or REASONS.get(model, "")
    if place in erased:
        assert place not in REASONS
        return
    assert reason, f"{place} may hold a person: erase it in moderation.actions.erasures, or say why not"
    if isinstance(field, models.ForeignKey):
        assert field.remote_field.on_delete is _DELETES[reason]


def test_no_reason_outlives_its_column() -> None:
    places = {place for place, _ in ours()}
    assert set(REASONS) <= places | {place.rpartition(".")[0] for place in places}
