"""Codes of people who are shut out, or whose account is closed, at the very moment."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from accounts import actions, codes, invites
from accounts.actions import Code, Keys, Refused, endings, standing
from accounts.models import InviteCode, User
from accounts.standing import FOR_GOOD
from moderation.audit.models import Entry
from tests.accounts.actions.test_standing import SOURCE, fresh
from tests.holding import held, needs_rows
from tests.log import entry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]


@transaction.atomic
def banned(user: User) -> None:
    list(standing.held([user]))
    standing.suspend(user, FOR_GOOD, by=None, now=NOON, source=SOURCE)
    standing.revoke_codes(user, by=None, now=NOON, source=SOURCE)


@transaction.atomic
def closed(user: User) -> None:
    row = standing.held([user]).get()
    standing.revoke_codes(row, by=None, now=NOON, source=SOURCE)
    endings.close(row, now=NOON)


def issued(user: User) -> str:
    return actions.issue(user, uses=1, days=7, now=NOON, source=SOURCE)


def reset(user: User) -> str:
    return actions.issue_reset(user, now=NOON, source=SOURCE)


REFUSED = [(banned, issued, Code.SUSPENDED), (closed, issued, Code.SUSPENDED), (closed, reset, Code.ENDED)]
Out = Callable[[User], None]
Make = Callable[[User], str]


@pytest.mark.parametrize(("out", "make", "code"), REFUSED)
def test_whoever_is_out_by_now_gets_no_code_and_nothing_changed(bob: User, out: Out, make: Make, code: Code) -> None:
    out(User.objects.get(pk=bob.pk))
    told = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        make(bob)  # who was in good standing when the request began
    assert refused.value.code is code
    assert (InviteCode.objects.count(), Entry.objects.count()) == (0, told)


@needs_rows
@pytest.mark.parametrize(("out", "make", "code"), REFUSED)
def test_a_code_that_waited_for_whoever_shuts_its_maker_out_is_not_made(
    bob: User, out: Out, make: Make, code: Code
) -> None:
    with held(lambda: out(fresh(bob)), lambda: make(bob)) as late:
        pass
    refused = late.exception()
    assert isinstance(refused, Refused), refused
    assert refused.code is code
    assert not InviteCode.objects.exists()


@needs_rows
@pytest.mark.parametrize(("out", "make"), [(banned, issued), (closed, issued), (closed, reset)])
def test_whoever_shuts_somebody_out_waits_for_a_code_that_is_just_made_and_ends_it_too(
    bob: User, out: Out, make: Make
) -> None:
    with held(lambda: make(bob), lambda: out(fresh(bob))) as late:
        pass
    assert late.exception() is None
    assert InviteCode.objects.get().revoked_at == NOON


@needs_rows
def test_a_reset_waits_for_whoever_closes_the_account_and_holds_no_code_that_they_need(bob: User) -> None:
    digest = codes.digest_of(invites.normalise(reset(bob)))

    def replace() -> User:
        return actions.replace_keys(digest, Keys(password="!new"), now=NOON, source=SOURCE)

    with held(lambda: list(standing.held([bob])), replace) as late:
        InviteCode.objects.select_for_update(nowait=True).get()
        closed(fresh(bob))
    assert isinstance(late.exception(), invites.Refused)
    assert not fresh(bob).has_usable_password()


def test_a_member_who_is_shut_out_while_the_form_is_on_its_way_is_told_so(
    bob: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(bob)
    issue = actions.issue

    def late(by: User, **how: object) -> str:
        banned(fresh(by))
        return issue(by, **how)  # type: ignore[arg-type]  # the words of the view

    monkeypatch.setattr(actions, "issue", late)
    answer = client.post("/invites/", {"uses": 1, "days": 7}).content.decode()
    assert "Your account lets in nobody any more. Load the page again to read why." in answer
    assert entry(action="invite.issue").reason == "suspended"
    assert not InviteCode.objects.exists()
