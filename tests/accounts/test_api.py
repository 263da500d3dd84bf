"""The API of people, asked as a page would."""

from typing import Any

import pytest
from django.test import Client

from accounts import api, vapid
from accounts.models import Block, PushSubscription, User
from moderation.audit.models import Entry
from tests.accounts.push_service import Browser

pytestmark = pytest.mark.django_db
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


class Asking:
    """Somebody's browser, or a stranger's."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        if user:
            self.client.force_login(user)

    def __call__(self, method: str, path: str, data: object = None) -> tuple[int, Any]:
        ask = getattr(self.client, method)
        answer = (
            ask(f"/api/v1/{path}", data, content_type="application/json") if method != "get" else ask(f"/api/v1/{path}")
        )
        return answer.status_code, answer.json() if answer.content else None


@pytest.mark.parametrize(("method", "path"), [
    ("patch", "me/"), ("get", "blocks/"), ("post", "blocks/"), ("delete", "blocks/abc/"),
    ("get", "push/"), ("post", "push/"), ("delete", "push/"),
])  # fmt: skip
def test_strangers_are_told_to_sign_in(method: str, path: str) -> None:
    status, body = Asking()(method, path, {})
    assert (status, body["code"]) == (401, "signed_out")


def test_a_page_of_another_site_changes_nothing(alice: User, mallory: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/api/v1/blocks/", {"uid": mallory.uid}, content_type="application/json").status_code == 403
    assert not Block.objects.exists()


def test_blocking_and_unblocking(alice: User, bob: User, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(avatar="ab" * 8)
    ask = Asking(alice)
    face = {"uid": mallory.uid, "name": "Mallory", "avatar": f"/avatars/{mallory.uid}/{'ab' * 8}.webp"}
    assert ask("post", "blocks/", {"uid": mallory.uid}) == (201, face)
    assert ask("post", "blocks/", {"uid": mallory.uid}) == (201, face)
    assert ask("get", "blocks/") == (200, {"results": [face]})
    assert Asking(bob)("get", "blocks/") == (200, {"results": []})
    assert Asking(mallory)("get", "blocks/") == (200, {"results": []})
    assert Asking(bob)("delete", f"blocks/{mallory.uid}/") == (204, None)
    assert Block.objects.count() == 1
    assert ask("delete", f"blocks/{mallory.uid}/") == (204, None)
    assert ask("delete", f"blocks/{mallory.uid}/") == (204, None)
    assert ask("get", "blocks/") == (200, {"results": []})


def test_a_refused_block_is_answered_recorded_and_changes_nothing(alice: User) -> None:
    ask = Asking(alice)
    for data, status, code in (
        ({"uid": alice.uid}, 409, "oneself"),
        ({"uid": "f" * 16}, 404, "not_found"),
        ({"uid": "f" * 17}, 400, "invalid"),
        ({}, 400, "invalid"),
        ([], 400, "invalid"),
    ):
        answered, body = ask("post", "blocks/", data)
        assert (answered, body["code"]) == (status, code)
        assert body["message"]
    assert not Block.objects.exists()
    assert list(Entry.objects.filter(action="account.block").values_list("result", "reason")) == [
        ("refused", "oneself"),
        ("refused", "not_found"),
    ]


def test_who_left_is_nobody_to_block_and_keeps_their_name(alice: User, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(is_active=False, ended_at=mallory.date_joined)
    status, body = Asking(alice)("post", "blocks/", {"uid": mallory.uid})
    assert (status, body["code"]) == (404, "not_found")
    assert "Mallory" not in str(body)
    assert not Block.objects.exists()


def test_more_blocks_than_an_hour_takes_are_refused_and_recorded_once(
    alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "BLOCK", ("account.block", 1, 3600))
    ask = Asking(alice)
    assert [ask("post", "blocks/", {"uid": mallory.uid})[0] for _ in range(3)] == [201, 429, 429]
    assert Entry.objects.filter(action="account.block", reason="too_many").count() == 1


def test_a_theme_is_chosen_for_every_device(alice: User) -> None:
    ask = Asking(alice)
    for theme in ("dark", "system", "light"):
        assert ask("patch", "me/", {"theme": theme}) == (204, None)
        alice.refresh_from_db()
        assert alice.theme == theme
        assert f'data-theme="{theme}"' in ask.client.get("/me/").content.decode()
    assert ask("patch", "me/", {"theme": "pink"})[0] == 400
    assert ask("patch", "me/", {"is_superuser": True})[0] == 400
    alice.refresh_from_db()
    assert (alice.theme, alice.is_superuser) == ("light", False)


def test_a_browser_subscribes_with_our_key_and_unsubscribes(alice: User) -> None:
    ask = Asking(alice)
    assert ask("get", "push/") == (200, {"key": vapid.public_key()})
    wish = {"endpoint": ENDPOINT, "keys": Browser().keys()}
    assert ask("post", "push/", wish) == (204, None)
    row = PushSubscription.objects.get()
    assert (row.user, row.session_key) == (alice, ask.client.session.session_key)
    assert ask("delete", "push/", {"endpoint": ENDPOINT}) == (204, None)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1/x", "http://fcm.googleapis.com/x", "https://evil.example/", "", "x" * 1001]
)
def test_no_address_of_our_own_network_is_taken_for_a_push_service(alice: User, endpoint: str) -> None:
    status, body = Asking(alice)("post", "push/", {"endpoint": endpoint, "keys": Browser().keys()})
    assert (status, body["code"]) == (400, "invalid")
    assert not PushSubscription.objects.exists()


def test_keys_that_are_none_are_refused(alice: User) -> None:
    for keys in ({}, {"p256dh": "x", "auth": "y"}, {**Browser().keys(), "auth": "AAAA"}, "keys", None):
        assert Asking(alice)("post", "push/", {"endpoint": ENDPOINT, "keys": keys})[0] == 400
    assert not PushSubscription.objects.exists()


def test_with_the_session_goes_the_subscription(alice: User) -> None:
    ask = Asking(alice)
    ask("post", "push/", {"endpoint": ENDPOINT, "keys": Browser().keys()})
    ask.client.post("/accounts/logout/")
    assert not PushSubscription.objects.exists()


def test_the_description_names_every_act() -> None:
    described = Client().get("/api/schema/?format=json").json()["paths"]
    assert {"/api/v1/me/", "/api/v1/blocks/", "/api/v1/blocks/{uid}/", "/api/v1/push/"} <= set(described)
