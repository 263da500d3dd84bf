"""What a stranger learns from a code at the door, and how often one may guess."""

import hmac
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import invites, throttle
from accounts.models import InviteCode
from accounts.strangers import LIMIT
from moderation.audit.models import Entry
from tests.accounts.pages import text, without_secrets
from tests.log import entries, known

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://evil.example/"


def spoil(code: str, how: str, now: datetime) -> str:
    """The code as a stranger would type it, after something became of it."""
    rows = InviteCode.objects.all()
    if how == "expired":
        rows.update(expires_at=now - timedelta(days=1))
    if how == "used":
        rows.update(uses_left=0)
    if how == "revoked":
        rows.update(revoked_at=now)
    return invites.pretty(invites.make(bytes(range(32)))) if how == "unknown" else code


STATES = ("unknown", "expired", "used", "revoked")


@pytest.mark.parametrize("how", STATES)
def test_a_stranger_gets_the_same_answer_whatever_became_of_a_code(
    client: Client, code: str, now: datetime, how: str
) -> None:
    typed = spoil(code, how, now)
    response = client.post("/join/", {"code": typed})
    assert response.status_code == 404
    page = text(response)
    assert "This code does not open the door." in page
    assert not any(word in page for word in ("revoked", "expired", "Alice", "alice"))
    assert client.get("/join/name/").headers["Location"] == "/join/"
    entry = Entry.objects.get(result="refused")
    assert (entry.action, entry.reason) == ("invite.redeem", how)


def test_the_same_page_is_sent_for_every_state(code: str, now: datetime) -> None:
    pages = set()
    for how in STATES:
        InviteCode.objects.update(uses_left=1, revoked_at=None, expires_at=now + timedelta(days=1))
        page = text(Client().post("/join/", {"code": spoil(code, how, now)}))
        pages.add(without_secrets(page))
    assert len(pages) == 1


def test_the_same_work_is_done_for_every_state(
    code: str, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    work = []
    known()
    for how in STATES:
        InviteCode.objects.update(uses_left=1, revoked_at=None, expires_at=now + timedelta(days=1))
        typed = spoil(code, how, now)
        with (
            patch("hmac.new", wraps=hmac.new) as hmacs,
            patch("accounts.throttle._run", wraps=throttle._run) as counts,
            django_assert_max_num_queries(10) as queries,
        ):
            Client().post("/join/", {"code": typed})
        statements = [query["sql"].split(" ")[0] for query in queries.captured_queries]
        work.append((hmacs.call_count, counts.call_count, statements))
    assert work.count(work[0]) == len(STATES)
    assert work[0][:2] == (2, 1)  # the key, the code; one count


@pytest.mark.parametrize(
    ("typed", "words"), [("ABCD", "not a whole code"), ("2222-2222-2222-2222-3", "One character is not right")]
)
def test_a_slip_of_the_fingers_is_told_apart_because_anybody_can_see_it(client: Client, typed: str, words: str) -> None:
    response = client.post("/join/", {"code": typed})
    assert response.status_code == 404
    assert words in text(response)


def test_guessing_ends_in_a_429_for_that_address_alone(client: Client, code: str) -> None:
    wrong = invites.pretty(invites.make(bytes(range(32))))
    for _ in range(10):
        assert client.post("/join/", {"code": wrong}).status_code == 404
    response = client.post("/join/", {"code": code})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) == 600
    assert client.get(f"/join/{code}").status_code == 429
    assert Entry.objects.filter(action="invite.redeem", reason="too_many").count() == 2
    assert client.post("/join/", {"code": code}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_who_goes_on_guessing_cannot_fill_the_log(client: Client) -> None:
    for _ in range(10 + LIMIT + 5):
        client.get("/join/2222-2222-2222-2222-3")
    assert Entry.objects.filter(action="invite.redeem", reason="too_many").count() == LIMIT


def test_behind_our_own_proxy_the_client_is_counted_and_not_the_proxy(client: Client, settings: Settings) -> None:
    settings.STOA_TRUSTED_PROXIES = ["127.0.0.0/8"]
    for _ in range(10):
        client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.5:4711"})
    late = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.5:4712"})
    assert late.status_code == 429
    other = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.6:4711"})
    assert other.status_code == 404
    entry = entries(reason="malformed")[0]
    assert (entry.address, entry.port) == ("203.0.113.5", 4711)


def test_a_stranger_does_not_choose_the_address_they_are_counted_by(client: Client) -> None:
    for number in range(10):
        client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": f"203.0.113.{number}"})
    late = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.99"})
    assert late.status_code == 429


def test_right_codes_are_not_counted(client: Client, code: str) -> None:
    for _ in range(25):
        assert Client().get(f"/join/{code}").status_code == 302


def test_without_redis_no_code_is_looked_at(client: Client, code: str, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    with patch("accounts.codes.find") as find:
        assert client.get(f"/join/{code}").status_code == 503
        assert client.post("/join/", {"code": code}).status_code == 503
    find.assert_not_called()
