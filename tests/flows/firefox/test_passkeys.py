"""Coming in by a passkey in Firefox, with an authenticator that it has inside."""

import pytest

from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]


def test_firefox_explains_a_refused_passkey_comes_in_and_comes_back_by_another(fox: Firefox, stoa: Stoa) -> None:
    by_name = stoa.url.replace("127.0.0.1", "localhost")
    fox.goto(stoa.manage("create_invite").strip().replace("127.0.0.1", "localhost"))
    fox.type("input[name=display_name]", f"Fennec{ENTER}")
    with fox.authenticator(finger=False):
        fox.click("Make a passkey")
        fox.shows("The browser did not get a passkey")
    with fox.authenticator():
        fox.click("Make a passkey")
        fox.click("I accept this, let me in")
        fox.click("I am ready")
        fox.shows("Hallway")
        fox.forget()
        fox.goto(f"{by_name}/accounts/login/")
        fox.click("Sign in with a passkey")
        fox.shows("Hallway")
