"""`/privacy/end/`."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import User
from accounts.standing import FOR_GOOD
from moderation.actions import endings
from moderation.ending import FLOOR, QUIET
from moderation.staff import Role
from rooms import bus
from rooms.models import Room, State
from tests.accounts.actions.test_standing import let_in
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import sign_in, text
from tests.log import entries, entry
from tests.moderation.cast import at_console
from tests.moderation.desk import reported
from tests.rooms.scenes import SOURCE, gathered

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = "/accounts/reauthenticate/?next=/privacy/end/confirm/"


@pytest.fixture
def here(client: Client, bob: User) -> Client:
    """Bob's browser, in which he has just shown that it is him."""
    client.force_login(bob)
    client.post(AGAIN, {"password": PASSWORD})
    return client


def closed(user: User, ago: timedelta = QUIET) -> None:
    endings.close(user, by=None, now=timezone.now() - ago, source=SOURCE)


def erased(user: User) -> None:
    closed(user)
    endings.sweep(timezone.now())


def test_one_reads_what_goes_and_what_stays_takes_ones_data_and_is_asked_once_more(here: Client, bob: User) -> None:
    assert 'href="/privacy/end/"' in text(here.get("/me/"))
    assert 'href="/privacy/end/"' in text(here.get("/privacy/data/"))
    page = text(here.get("/privacy/end/"))
    for words in ("Within minutes", "until 400 days after", 'action="/privacy/data/take/"', "/privacy/end/confirm/"):
        assert words in page
    assert "End your account?" in text(here.get("/privacy/end/confirm/"))
    bob.refresh_from_db()
    assert bob.ended_at is None


def test_it_is_read_in_chinese(here: Client) -> None:
    page = here.get("/privacy/end/", headers={"accept-language": "zh-CN"})
    assert '<html lang="zh-hans"' in text(page)


def test_who_confirms_is_signed_out_everywhere_and_told(here: Client, bob: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "bob")
    assert here.post("/privacy/end/confirm/").headers["Location"] == "/privacy/ended/"
    assert "Your account has ended" in text(here.get("/privacy/ended/"))
    for browser in (here, elsewhere):
        assert browser.get("/me/").headers["Location"].startswith("/accounts/login/")
    assert "is not correct" in text(sign_in(Client(), "bob"))
    assert entry(action="account.end").actor == bob.uid
    assert entries(action="account.sign_out") == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_fresh_proof_nothing_happens(client: Client, bob: User, method: str) -> None:
    client.force_login(bob)
    assert getattr(client, method)("/privacy/end/confirm/").headers["Location"].replace("%2F", "/") == AGAIN
    bob.refresh_from_db()
    assert bob.ended_at is None


def test_whoever_is_suspended_shows_that_it_is_them_and_leaves(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(suspended_until=FOR_GOOD)
    client.force_login(bob)
    assert client.get("/privacy/end/").status_code == 200
    assert client.get(AGAIN).status_code == 200
    assert client.post(AGAIN, {"password": PASSWORD}).headers["Location"] == "/privacy/end/confirm/"
    assert client.post("/privacy/end/confirm/").headers["Location"] == "/privacy/ended/"
    bob.refresh_from_db()
    assert (bob.suspended_until, bob.is_active) == (FOR_GOOD, False)


def test_the_page_says_the_same_whether_somebody_reported_or_not(
    here: Client, alice: User, bob: User, carol: User
) -> None:
    before = text(here.get("/privacy/end/")).partition("<main")[2]
    reported(carol, bob, gathered(alice, bob, carol))
    after = text(here.get("/privacy/end/")).partition("<main")[2]
    assert [line for line in before.splitlines() if "csrf" not in line] == [
        line for line in after.splitlines() if "csrf" not in line
    ]


def test_where_the_law_keeps_the_log_whole_the_page_says_for_how_long(here: Client, settings: Settings) -> None:
    settings.STOA_PROFILE = "cn"
    assert f"After {FLOOR['cn'].days} days" in text(here.get("/privacy/end/"))


def test_the_owner_reads_who_can_end_their_account(here: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    assert "only its operator" in text(here.post("/privacy/end/confirm/", follow=True))
    assert entry(action="account.end").reason == "owner"


def test_while_redis_is_away_it_says_so_and_nothing_changed(
    here: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead:
        def ping(self) -> None:
            raise RedisGone

    monkeypatch.setattr(bus, "client", Dead)
    assert "nothing was done" in text(here.post("/privacy/end/confirm/", follow=True))
    bob.refresh_from_db()
    assert bob.ended_at is None


@pytest.fixture
def past(alice: User, bob: User) -> Room:
    """Alice hosted it, bob was there, and it is over."""
    room = gathered(alice, bob)
    Room.objects.filter(pk=room.pk).update(state=State.ENDED, ended_at=timezone.now())
    return room


@pytest.mark.parametrize("step", [closed, erased])
def test_in_the_history_of_others_somebody_who_left_was_the_host(
    here: Client, past: Room, alice: User, step: Callable[[User], None]
) -> None:
    assert "<bdi>Alice</bdi>" in text(here.get("/history/"))
    step(alice)
    page = text(here.get("/history/"))
    assert "Slow Sunday" in page
    assert "Hosted by <bdi>somebody who left</bdi>" in page
    assert "Alice" not in page
    assert "somebody who left" in text(here.get(f"/r/{past.pk}"))
    assert here.get(f"/api/v1/rooms/{past.pk}/").json()["host"]["name"] == "somebody who left"


@pytest.mark.parametrize("step", [closed, erased])
def test_who_let_them_in_reads_that_somebody_left(
    here: Client, bob: User, carol: User, mallory: User, step: Callable[[User], None]
) -> None:
    let_in(bob, carol)
    let_in(carol, mallory)
    assert "Carol" in text(here.get("/invites/"))
    step(carol)
    page = text(here.get("/invites/"))
    assert "<bdi>somebody who left</bdi> came in on" in page
    assert "Carol" not in page
    assert "Mallory" in page


def test_a_reporter_reads_that_whom_they_reported_left(here: Client, alice: User, bob: User, carol: User) -> None:
    report = reported(bob, carol, gathered(alice, bob, carol))
    assert "Carol" in text(here.get(f"/privacy/reports/{report.number}/"))
    closed(carol)
    for path in ("/privacy/reports/", f"/privacy/reports/{report.number}/"):
        assert "somebody who left" in text(here.get(path))
        assert "Carol" not in text(here.get(path))


def test_the_console_shows_the_case_of_somebody_who_left(alice: User, bob: User, carol: User, mallory: User) -> None:
    case = reported(carol, bob, gathered(alice, bob, carol)).case
    desk = at_console(mallory, Role.MODERATOR)
    closed(bob, timedelta(days=366))
    assert "Bob" in text(desk.get(f"/console/cases/{case.pk}/"))  # for whoever decides, until it is erased
    endings.sweep(timezone.now())
    for path in ("/console/cases/", f"/console/cases/{case.pk}/"):
        page = text(desk.get(path))
        assert "somebody who is gone" in page
        assert "Bob" not in page
