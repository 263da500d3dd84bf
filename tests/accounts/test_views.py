"""A member's own pages."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import actions, codes, invites, notice, qr, throttle
from accounts.models import InviteCode, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.pages import answer, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_a_new_code_is_shown_once_with_its_link_and_picture(member: Client) -> None:
    page = text(member.post("/invites/", {"uses": 2, "days": 7}))
    shown = page.split('id="code">')[1].split("<")[0]
    assert InviteCode.objects.get().digest == codes.digest_of(invites.normalise(shown))
    assert f'href="{actions.link(shown)}"' in page
    assert qr.draw(actions.link(shown)) in page
    assert "no-store" in member.post("/invites/", {"uses": 1, "days": 1}).headers["Cache-Control"]
    assert shown not in text(member.get("/invites/"))


def test_a_code_made_on_the_page_lets_somebody_in_who_is_then_seen(member: Client, alice: User) -> None:
    page = text(member.post("/invites/", {"uses": 1, "days": 7}))
    newcomer = Client()
    answer(newcomer, page.split('id="code">')[1].split("<")[0])
    newcomer.post("/join/notice/")
    page = text(member.get("/invites/"))
    assert "<bdi>Bob</bdi> came in on" in page
    assert "Used up" in page
    assert "Who came in through you" in page


@pytest.mark.parametrize("form", [{"uses": 6, "days": 7}, {"uses": 0, "days": 7}, {"uses": 1, "days": 365}, {}])
def test_more_than_the_quota_or_nonsense_makes_no_code(member: Client, form: dict[str, int]) -> None:
    assert member.post("/invites/", form).status_code == 200
    assert not InviteCode.objects.exists()


def test_a_refusal_for_the_quota_is_recorded_and_said(member: Client) -> None:
    assert "You cannot let in that many" in text(member.post("/invites/", {"uses": 6, "days": 7}))
    assert Entry.objects.get(action="invite.issue").reason == "quota"


def test_a_member_reads_how_many_places_are_free_and_when_the_next_may_be(member: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(invite_quota=2)
    page = text(member.get("/invites/"))
    assert counted(page) == {"free places": "2", "in open codes": "0", "came in": "0"}
    assert "Make a code" in page
    shown = text(member.post("/invites/", {"uses": 2, "days": 7})).split('id="code">')[1].split("<")[0]
    page = text(member.get("/invites/"))
    assert counted(page) == {"free places": "0", "in open codes": "2", "came in": "0"}
    runs_out = InviteCode.objects.get().expires_at
    assert f'The next may be free on <time datetime="{runs_out.isoformat()}"' in page
    assert "Make a code" not in page
    for name in ("bob", "carol"):
        newcomer = Client()
        answer(newcomer, shown, username=name)
        newcomer.post("/join/notice/")
    page = text(member.get("/invites/"))
    assert counted(page) == {"free places": "0", "in open codes": "0", "came in": "2"}
    assert "All your places are taken by people who came in." in page
    assert "The next may be free" not in page


def counted(page: str) -> dict[str, str]:
    """What became of the quota, as the page's list says it."""
    return dict(re.findall(r"<div><dt>([^<]+)</dt><dd>(\d+)</dd></div>", page))


def test_a_quota_that_revoking_gives_back_makes_no_codes_without_end(
    member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "CODES", throttle.Rule("invite.issue", limit=1, per=3600))
    member.post("/invites/", {"uses": 1, "days": 7})
    member.post(f"/invites/{InviteCode.objects.get().uid}/revoke/")
    assert member.post("/invites/", {"uses": 1, "days": 7}).status_code == 429
    assert InviteCode.objects.count() == 1


def test_the_issuer_alone_is_told_what_became_of_a_code(
    member: Client, alice: User, bob: User, now: datetime, source: Source
) -> None:
    for _ in range(3):
        actions.issue(alice, uses=1, days=7, now=now, source=source)
    one, two, three = InviteCode.objects.order_by("pk")
    InviteCode.objects.filter(pk=one.pk).update(expires_at=now - timedelta(days=1))
    actions.revoke(two.uid, by=alice, now=now, source=source)
    InviteCode.objects.filter(pk=three.pk).update(uses_left=0)
    page = text(member.get("/invites/"))
    assert all(word in page for word in ("Expired", "Revoked", "Used up"))
    other = Client()
    other.force_login(bob)
    page = text(other.get("/invites/"))
    assert not any(word in page for word in ("Expired", "Revoked", "Used up"))


def test_revoking_on_the_page_ends_a_code(member: Client, code: str) -> None:
    invite = InviteCode.objects.get()
    assert member.post(f"/invites/{invite.uid}/revoke/").headers["Location"] == "/invites/"
    assert Client().get(f"/join/{code}").status_code == 404
    assert member.post(f"/invites/{invite.uid}/revoke/").status_code == 404


def test_anothers_code_is_not_there_to_revoke(code: str, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    uid = InviteCode.objects.get().uid
    assert client.post(f"/invites/{uid}/revoke/").status_code == 404
    assert client.get(f"/invites/{uid}/revoke/").status_code == 405
    assert InviteCode.objects.get().revoked_at is None
    assert Entry.objects.get(action="invite.revoke").result == "refused"


def test_the_owner_sees_no_quota(member: Client) -> None:
    User.objects.update(is_superuser=True)
    assert "as many people as you like" in text(member.get("/invites/"))
    assert member.post("/invites/", {"uses": 200, "days": 30}).status_code == 200
    assert InviteCode.objects.get().uses == 200


def test_the_language_switch_keeps_a_members_choice_and_leads_back(member: Client, alice: User) -> None:
    response = member.post("/language/", {"language": "zh-hans", "next": "/privacy/"})
    assert response.headers["Location"] == "/privacy/"
    alice.refresh_from_db()
    assert alice.language == "zh-hans"
    assert (
        "evil" not in member.post("/language/", {"language": "en", "next": "https://evil.example"}).headers["Location"]
    )
    member.post("/language/", {"language": "xx"})
    alice.refresh_from_db()
    assert alice.language == "en"


def test_strangers_switch_the_language_too(client: Client) -> None:
    client.post("/language/", {"language": "zh-hans"})
    assert "您的声音" in text(client.get("/privacy/"))


def test_what_applies_here_is_open_to_everybody(client: Client) -> None:
    page = text(client.get("/privacy/"))
    assert "Your voice" in page
    assert notice.of("standard").digest in page
    assert "What you accepted" not in page
    assert client.post("/privacy/").status_code == 200


def test_a_member_sees_what_they_accepted(member: Client, alice: User) -> None:
    assert "Nothing yet." in text(member.get("/privacy/"))
    member.post("/privacy/")
    page = text(member.get("/privacy/"))
    assert "Nothing yet." not in page
    assert f"Version {notice.VERSION}, on" in page


def test_accepting_leads_to_no_other_site(member: Client) -> None:
    assert member.post("/privacy/", {"next": "https://evil.example"}).headers["Location"] == "/privacy/"


def test_who_has_to_accept_again_reads_it_in_short_and_the_rest_behind_the_details(member: Client) -> None:
    details = "<summary>Show me the details</summary>"
    assert details in text(member.get("/privacy/"))
    member.post("/privacy/")
    assert details not in text(member.get("/privacy/"))


def test_a_password_asked_for_again_has_the_way_for_those_who_lost_it_behind_its_field(member: Client) -> None:
    for path, field in (("/accounts/reauthenticate/", "password"), ("/accounts/password/change/", "oldpassword")):
        page = text(member.get(path))
        assert 0 < page.index(f'name="{field}"') < page.index("Forgot your password?"), path
        assert "placeholder" not in page


def test_a_forgotten_password_is_a_matter_for_people(client: Client) -> None:
    assert "ask whoever runs this server" in text(client.get("/accounts/password/reset/"))
