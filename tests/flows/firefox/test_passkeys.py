"""Coming in by a passkey in Firefox, with an authenticator that it has inside."""

import pytest

from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]


def test_firefox_comes_in_and_comes_back_by_a_passkey(fox: Firefox, stoa: Stoa) -> None:
    by_name = stoa.url.replace("127.0.0.1", "localhost")
    fox.authenticator()
    fox.goto(stoa.manage("create_invite").strip().replace("127.0.0.1", "localhost"))
    fox.type("input[name=display_name]", f"Fennec{ENTER}")
    fox.click("Make a passkey")
    fox.click("I accept this, let me in")
    fox.click("I am ready")
    fox.shows("Hallway")
    fox.forget()
    fox.goto(f"{by_name}/accounts/login/")
    fox.click("Sign in with a passkey")
    fox.shows("Hallway")
