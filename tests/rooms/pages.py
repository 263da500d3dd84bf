"""Reading the pages of rooms as one of their members."""

import re
from typing import Any

from django.test import Client

from accounts.models import User


def of(user: User) -> Client:
    """The browser of somebody who is signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    """The page, without what is different at every look."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", response.content.decode())
