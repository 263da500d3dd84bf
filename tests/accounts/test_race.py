"""Many people at one door with one key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from accounts import actions, codes, invites, notice
from accounts.actions import Keys, Newcomer
from accounts.models import InviteCode, Redemption, User, new_uid
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.pages import answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE = 50


def together(act: Callable[[int], str]) -> list[str]:
    """What `act` gave each of many threads that all began at once, each with its own connection."""
    barrier = Barrier(PEOPLE)

    def run(number: int) -> str:
        try:
            barrier.wait(30)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as threads:
        return list(threads.map(run, range(PEOPLE)))


def test_fifty_racing_for_a_one_use_code_make_one_account(code: str, now: datetime, source: Source) -> None:
    digest, here = codes.digest_of(invites.normalise(code)), notice.of("standard")

    def join(number: int) -> str:
        newcomer = Newcomer(new_uid(), f"person{number}", f"Person {number}", "en", Keys(password="!hash"))
        try:
            return actions.join(digest, newcomer, here, now=now, source=source).username
        except invites.Refused as refused:
            return refused.code

    outcomes = together(join)
    winners = [outcome for outcome in outcomes if outcome.startswith("person")]
    assert len(winners) == 1
    assert outcomes.count(invites.Code.USED) == PEOPLE - 1
    assert list(User.objects.exclude(username="alice").values_list("username", flat=True)) == winners
    assert InviteCode.objects.get().uses_left == 0
    assert Redemption.objects.count() == 1
    assert Entry.objects.filter(action="account.create").count() == 1


def test_fifty_browsers_at_the_last_screen_make_one_account(code: str) -> None:
    browsers = [Client() for _ in range(PEOPLE)]
    for number, browser in enumerate(browsers):
        answer(browser, code, username=f"person{number}")
    outcomes = together(lambda number: browsers[number].post("/join/notice/").headers.get("Location", "away"))
    assert outcomes.count("/join/sound/") == 1
    assert outcomes.count("away") == PEOPLE - 1
    assert User.objects.count() == 2
    assert Entry.objects.filter(action="invite.redeem", result="refused", reason="used").count() == PEOPLE - 1


def test_fifty_racing_for_one_user_name_make_one_account(alice: User, now: datetime, source: Source) -> None:
    User.objects.update(is_superuser=True)
    code = actions.issue(alice, uses=PEOPLE, days=7, now=now, source=source)
    digest, here = codes.digest_of(invites.normalise(code)), notice.of("standard")

    def join(_: int) -> str:
        newcomer = Newcomer(new_uid(), "carol", "Carol", "en", Keys(password="!hash"))
        try:
            return actions.join(digest, newcomer, here, now=now, source=source).username
        except actions.Refused as refused:
            return refused.code

    outcomes = together(join)
    assert outcomes.count("carol") == 1
    assert outcomes.count(actions.Code.TAKEN) == PEOPLE - 1
    assert InviteCode.objects.get().uses_left == PEOPLE - 1


def test_fifty_tabs_of_one_member_stay_within_the_quota(alice: User, now: datetime, source: Source) -> None:
    def issue(_: int) -> str:
        try:
            actions.issue(alice, uses=1, days=7, now=now, source=source)
        except actions.Refused as refused:
            return refused.code
        return "issued"

    outcomes = together(issue)
    assert outcomes.count("issued") == alice.invite_quota
    assert InviteCode.objects.count() == alice.invite_quota
