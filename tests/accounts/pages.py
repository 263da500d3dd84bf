"""Reading pages as a person or a browser would."""

import json
import re
from typing import Any

from django.test import Client

from tests.accounts.conftest import PASSWORD


def text(response: Any) -> str:
    """What the page says, whatever it was asked for."""
    content: bytes = response.content
    return content.decode()


def data(response: Any, name: str) -> Any:
    """What `json_script` wrote under this id."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', text(response), re.DOTALL)
    assert found, f"no data {name} on this page"
    return json.loads(found[1])


def answer(client: Client, code: str, *, username: str = "bob", password: str = PASSWORD) -> None:
    """Everything onboarding asks, up to the notice, which is not accepted yet."""
    assert client.get(f"/join/{code}").headers["Location"] == "/join/name/"
    assert client.post("/join/name/", {"display_name": "Bob"}).headers["Location"] == "/join/keys/"
    assert client.post("/join/user-name/", {"username": username}).headers["Location"] == "/join/keys/"
    assert client.post("/join/keys/", {"password": password}).headers["Location"] == "/join/notice/"


def sign_in(client: Client, username: str, password: str = PASSWORD, **fields: str) -> Any:
    """The answer to a user name and a password."""
    return client.post("/accounts/login/", {"login": username, "password": password, **fields})


def without_secrets(page: str) -> str:
    """The page without what differs in every request: the CSRF tokens, and the code itself, typed by them."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(r'name="code" value="[^"]*"', "", page)
