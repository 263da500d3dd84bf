"""A member's language."""

from typing import NoReturn

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.middleware import OwnLanguage
from accounts.models import User
from tests.accounts.pages import text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("chosen", "shown"), [("zh-hans", "zh-hans"), ("en", "en"), ("", "zh-hans")])
def test_a_member_reads_their_own_language_on_any_device(client: Client, alice: User, chosen: str, shown: str) -> None:
    User.objects.update(language=chosen)
    client.force_login(alice)
    page = client.get("/me/", headers={"accept-language": "zh-CN" if not chosen else "en"})
    assert f'<html lang="{shown}"' in text(page)


def test_it_is_left_alone_when_nobody_can_say_who_asks() -> None:
    class Away:
        @property
        def language(self) -> NoReturn:
            raise DatabaseError

    request = RequestFactory().get("/")
    request.user = Away()  # type: ignore[assignment]  # as a lazy user whose session cannot be read
    with translation.override("en"):
        assert OwnLanguage(lambda _: HttpResponse(status=204))(request).status_code == 204
        assert translation.get_language() == "en"
