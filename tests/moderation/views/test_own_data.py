"""`/privacy/data/` and `/console/data/`."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from moderation.actions import rights
from moderation.models import DataRequest, Wish
from moderation.staff import Role
from moderation.views import own_data
from tests.log import entries
from tests.moderation.cast import at_console
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def femi_at(alice: User) -> Client:
    return at_console(alice, Role.SENIOR)


def test_a_member_takes_everything_and_asks_for_more(client: Client, bob: User, femi_at: Client) -> None:
    client.force_login(bob)
    taken = client.post("/privacy/data/take/")
    assert (taken["Content-Type"], taken["Cache-Control"].split(",")[-1].strip()) == ("application/zip", "private")
    client.post("/privacy/data/", {"wish": "erasure", "words": "My rooms."})
    asked = DataRequest.objects.get(wish=Wish.ERASURE)
    assert "My rooms." in client.get("/privacy/data/").content.decode()
    assert "My rooms." in femi_at.get("/console/data/").content.decode()
    femi_at.post(f"/console/data/{asked.pk}/", {"words": "Done.", "grant": "1"})
    assert "an answer to what you asked" in client.get("/me/").content.decode()
    page = client.get("/privacy/data/").content.decode()
    assert "Done." in page
    assert 'strong">New' in page
    assert "an answer to what you asked" not in page + client.get("/me/").content.decode()
    assert 'strong">New' not in client.get("/privacy/data/").content.decode()


def test_the_whole_is_taken_so_often_and_no_more(client: Client, bob: User) -> None:
    client.force_login(bob)
    answers = [client.post("/privacy/data/take/").status_code for _ in range(own_data.TAKEN.limit + 1)]
    assert answers == [200] * own_data.TAKEN.limit + [429]
    assert DataRequest.objects.count() == own_data.TAKEN.limit


def test_only_seniors_see_and_answer_requests(client: Client, bob: User, carol: User) -> None:
    asked = DataRequest.objects.create(user=bob, wish=Wish.ERASURE, asked_at=NOON, due_at=NOON)
    dana = at_console(carol, Role.MODERATOR)
    assert dana.get("/console/data/").status_code == 403
    assert dana.post(f"/console/data/{asked.pk}/", {"grant": "1"}).status_code == 403
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert len(entries(action="data.answer", result="refused")) == 1


def test_a_refusal_without_a_reason_is_told_to_whoever_made_it(bob: User, femi_at: Client) -> None:
    asked = DataRequest.objects.create(user=bob, wish=Wish.ERASURE, asked_at=NOON, due_at=NOON)
    femi_at.post(f"/console/data/{asked.pk}/", {"words": ""})
    assert "Say something first." in femi_at.get("/console/data/").content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_an_answer_that_is_too_long_answers_nothing_and_following_a_link_asks_nothing(
    bob: User, femi_at: Client
) -> None:
    asked = DataRequest.objects.create(user=bob, wish=Wish.ERASURE, asked_at=NOON, due_at=NOON)
    address = f"/console/data/{asked.pk}/"
    page = femi_at.post(address, {"words": "a" * 1001, "grant": "1"}, follow=True).content.decode()
    assert "Your answer: Ensure this value has at most 1000 characters" in page
    femi_at.get(address)
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert entries(action="data.answer") == entries(action="data.grant") == []


def test_an_answer_that_comes_this_moment_is_on_the_page_if_it_counts_as_read(
    client: Client, bob: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)

    def answered_meanwhile(user: User, **how: Any) -> None:
        rights.answer(asked.pk, "Done.", granted=True, by=alice, now=NOON, source=SOURCE)
        read(user, **how)

    read = rights.read
    monkeypatch.setattr(rights, "read", answered_meanwhile)
    client.force_login(bob)
    assert "Done." in client.get("/privacy/data/").content.decode()
    assert len(entries(action="data.told")) == 1
