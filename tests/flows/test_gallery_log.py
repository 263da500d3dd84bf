"""How witnesses stand on the console's page of the log, pictured for those who look after it. Run by `make screens`."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser

from moderation.audit import verify
from moderation.audit.verify import Key
from tests.flows import chromium, stack
from tests.flows.album import LANGUAGES, PICTURED, SIZES, Album, choose
from tests.flows.desk import SIT_DOWN
from tests.flows.stack import Stoa, fetch, until

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300), PICTURED]
STANDS = {"agrees": "", "new": None, "away": "away", "refuses": "refused", "ahead": "behind", "other": "contradicted"}
"""Witnesses, named by what is wrong with each; nothing was ever heard of the second."""
NEVER_AGAIN = """
from datetime import timedelta
from django.utils import timezone
from moderation.audit import cosign
from moderation.audit.models import Stream

now = timezone.now()
for name, error in zip(cosign.standing(), %(errors)r, strict=True):
    heard = {} if error is None else {"cursor": 12, "sent_at": now - timedelta(minutes=3)}
    asked = {"error": error or "", "asked_at": now + timedelta(days=1), **heard}
    Stream.objects.update_or_create(name=f"{cosign.WITNESS}{name}", defaults=asked)
"""
"""Run by `manage.py shell`: they stand so, and none is asked any more."""


def key(number: int, name: str) -> Key:
    public = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key()
    return Key(f"{name}.example.org/stoa", verify.WITNESS_KEY, public.public_bytes_raw())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa with a witness of each kind, at an address where nobody listens."""
    witnesses = ",".join(f"http://127.0.0.1:9 {key(number, name)}" for number, name in enumerate(STANDS))
    with stack.running(tmp_path_factory.mktemp("watched"), STOA_WITNESSES=witnesses) as running:
        told = {"roles": {"rita": "reviewer"}, "keys": running.sign_in("rita")}
        running.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % told)
        until("the log is sealed", lambda: fetch("GET", f"{running.url}/audit/checkpoint", {})[0] == 200, 30)
        running.manage("shell", "--verbosity", "0", "--command", NEVER_AGAIN % {"errors": list(STANDS.values())})
        yield running


def test_every_state_of_a_witness(watched: Stoa, browser: Browser) -> None:
    faults: list[str] = []
    for size, language in product(SIZES, LANGUAGES):
        visitor = chromium.visit(browser, watched, "rita", viewport=SIZES[size], locale=LANGUAGES[language])
        choose(visitor.page, language)
        visitor.page.goto("/console/log/?action=account.sign_in")
        assert visitor.page.locator("[aria-labelledby=state-h] .pill").count() == len(STANDS)
        Album(visitor, size, language, faults).take("log-witnesses")
        visitor.page.context.close()
        assert visitor.complaints == []
    left = [fault for fault in faults if not re.search("[\u4e00-\u9fff]", fault)]  # names of settings stand in Chinese
    assert not left, "\n".join(left)
