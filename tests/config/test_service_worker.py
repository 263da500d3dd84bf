"""The service worker at the root of the site, and the page it keeps."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import gettext, override

from accounts.models import User


def test_the_worker_looks_after_the_whole_site_and_is_asked_for_anew_each_time() -> None:
    answer = Client().get("/worker.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content.startswith((settings.BASE_DIR / "static/js/worker.js").read_bytes())


def test_with_each_version_the_worker_is_another() -> None:
    assert settings.VERSION in Client().get("/worker.js").content.decode().splitlines()[-1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_for_when_there_is_no_network_says_so_in_the_language_asked_for(language: str) -> None:
    page = Client().get("/offline/", headers={"accept-language": language}).content.decode()
    with override(language):
        assert f"<h1>{gettext('You are offline')}</h1>" in page
    assert f'<html lang="{language}" dir="ltr">' in page


def test_that_page_needs_nothing_that_a_stranger_could_not_have() -> None:
    page = Client().get("/offline/").content.decode()
    assert "csrf" not in page
    assert "/static/words/" not in page
    assert "data-member" not in page


@pytest.mark.django_db
def test_that_page_is_no_door_to_anything_for_a_member(client: Client) -> None:
    alice = User.objects.create(username="alice", display_name="Alice Liddell")
    client.force_login(alice)
    assert "Alice Liddell" not in client.get("/offline/").content.decode()
