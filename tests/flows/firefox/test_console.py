"""The moderation in Firefox: somebody is reported from where they are shown, and a moderator decides on it."""

import pytest

from tests.flows.desk import GUARDED
from tests.flows.door import PASSWORD, code
from tests.flows.firefox import dana
from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.people import INVITED
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
SECRET = "JBSWY3DPEHPK3PXP"
"""What the moderator's app with codes was given."""
FACTS = "She wrote that she would find her."
ROW = "return [...document.querySelectorAll('#queue .case')].find((row) => row.innerText.includes('Vera'))?.innerText"
PREVIEW = "return document.querySelector('#preview').innerText"


def test_firefox_reports_from_a_profile_and_a_moderator_with_a_second_factor_claims_and_decides(
    fox: Firefox, stoa: Stoa
) -> None:
    stoa.sign_in("flora", "vera", "mona")
    set_up = INVITED % {"host": "flora", "guest": "vera"}
    set_up += GUARDED % {"name": "mona", "role": "moderator", "password": PASSWORD, "secret": SECRET}
    stoa.manage("shell", "--verbosity", "0", "--command", set_up)

    dana.sign_in(fox, stoa, "flora")
    fox.goto(f"{stoa.outside}/invites/")
    fox.press(".tree [data-report]:enabled")
    fox.click("Threats")
    fox.shows("Thank you, it is reported")

    sign_in(fox, stoa, "mona")
    fox.goto(f"{stoa.outside}/console/cases/")
    number = str(until("vera's case is in the queue", lambda: fox.evaluate(ROW))).split()[0]
    fox.click(f"Claim {number}")
    fox.shows("The case is yours.")
    fox.press(".measure:has([value=warn])")
    fox.type("#id_facts", FACTS)
    until("what she will read is shown", lambda: FACTS in fox.evaluate(PREVIEW))
    fox.press("#decide")
    fox.shows("Done. It is entry")

    dana.sign_in(fox, stoa, "vera")
    fox.goto(f"{stoa.outside}/privacy/decisions/")
    fox.press(".cases h2 a")
    fox.shows(FACTS)


def sign_in(fox: Firefox, stoa: Stoa, name: str) -> None:
    """Nothing: in the hallway, for the first time, by the password and a code that the app shows."""
    fox.goto(f"{stoa.outside}/healthz")
    fox.forget()
    fox.goto(f"{stoa.outside}/accounts/login/")
    fox.type("input[name=login]", name)
    fox.type("input[name=password]", f"{PASSWORD}{ENTER}")
    fox.shows("One more step")
    fox.type("input[name=code]", f"{code(SECRET)}{ENTER}")
    fox.click("I accept this")
    fox.shows("Hallway")
