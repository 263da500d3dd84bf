"""Pages that come only when something is wrong, as a stranger gets them."""

import json
from collections.abc import Iterator

from tests.flows.chromium import Visitor

ERRORS = {
    "403.html": 403,
    "403_csrf.html": 403,
    "404.html": 404,
    "500.html": 500,
    "503.html": 503,
    "accounts/too_many.html": 429,
    "accounts/unavailable.html": 503,
    "account/account_inactive.html": 200,
}
RENDER = """
import json
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

request = RequestFactory().get("/")
request.user = AnonymousUser()
with translation.override(%(language)r):
    print(json.dumps([render_to_string(name, {"minutes": 5}, request) for name in %(names)r]))
"""
"""Run by `manage.py shell`: prints what these templates make of nothing but some minutes to wait."""


def shown(visitor: Visitor, locale: str) -> Iterator[str]:
    """The name of each of the pages, while the visitor's browser shows it."""
    script = RENDER % {"language": {"en": "en", "zh-CN": "zh-hans"}[locale], "names": list(ERRORS)}
    pages = json.loads(visitor.stoa.manage("shell", "--verbosity", "0", "--command", script))
    for (name, status), body in zip(ERRORS.items(), pages, strict=True):
        answer = {"status": status, "body": body, "content_type": "text/html; charset=utf-8"}
        visitor.page.route("**/broken", lambda route, _=None, answer=answer: route.fulfill(**answer))
        visitor.page.goto("/broken")
        yield name
        visitor.page.unroute("**/broken")
        visitor.forgive(f"status of {status}")
