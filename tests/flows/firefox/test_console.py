"""The moderation in Firefox: a report, what was sealed is heard, a decision, and an appeal that somebody else hears."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import AUDIBLE, HUM, Visitor
from tests.flows.desk import GUARDED, SIT_DOWN
from tests.flows.door import PASSWORD, code
from tests.flows.firefox import dana
from tests.flows.firefox.driver import Firefox
from tests.flows.people import INVITED
from tests.flows.stack import Stoa, until
from tests.flows.test_moderation import LOUDSPEAKER

pytestmark = [pytest.mark.server, pytest.mark.browser]
SECRET = "JBSWY3DPEHPK3PXP"
"""What the moderator's app with codes was given."""
FACTS = "She said that she would find her."
ROW = "return [...document.querySelectorAll('#queue .case')].find((row) => row.innerText.includes('{}'))?.innerText"
PREVIEW = "return document.querySelector('#preview').innerText"
VOICES = "return [...document.querySelectorAll('.track .track-who strong')].map((name) => name.innerText).join()"
READY = "return document.querySelector('.wave.ready svg') !== null && !document.querySelector('#deck-controls').hidden"
WAITS = "return document.querySelector('#deck-play').ariaPressed === 'false'"
LEVEL = "return loudspeaker({})"
"""How loud (dBFS) a tone is in what the page plays."""
BESIDE = 660
"""Hz of a tone that nobody made."""


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

    dana.sign_in_by_code(fox, stoa, "mona", code(SECRET))
    fox.click("I accept this")
    fox.shows("Hallway")
    claim(fox, stoa, "Vera")
    decide(fox, FACTS)

    dana.sign_in(fox, stoa, "vera")
    read(fox, stoa, FACTS)


def test_firefox_hears_what_was_sealed_once_a_senior_allows_it_and_an_appeal_is_answered(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    roles = {"mika": "moderator", "sena": "senior"}
    keys = stoa.sign_in("flora", "vela", *roles)
    stoa.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % {"roles": roles, "keys": keys})
    room, vela = stoa.room("vela", "Loud foxes"), visit("vela")
    talk.enter(vela, room)
    talk.speak_up(vela)
    report_from_the_room(fox, stoa, room)

    dana.sign_in(fox, stoa, "mika")
    case = f"{stoa.outside}/console/cases/{claim(fox, stoa, 'Vela')}/"
    ask(fox, case, "Vela")
    dana.sign_in(fox, stoa, "sena")
    fox.goto(case)
    fox.click("Approve")
    fox.shows("Approved, for 30 minutes.")
    dana.sign_in(fox, stoa, "mika")
    fox.goto(case)
    hear(fox)
    decide(fox, FACTS)

    dana.sign_in(fox, stoa, "vela")
    read(fox, stoa, FACTS)
    fox.type("#appeal textarea", "I was singing.")
    fox.click("Send the appeal")
    fox.shows("Your appeal")
    statement = fox.evaluate("return location.href")
    dana.sign_in(fox, stoa, "sena")
    fox.goto(case)
    overturn(fox, "It is a song.")
    dana.sign_in(fox, stoa, "vela")
    fox.goto(statement)
    fox.shows("You were right: the decision was taken back.")
    fox.shows("It is a song.")


def report_from_the_room(fox: Firefox, stoa: Stoa, room: str) -> None:
    """Nothing: flora heard whoever is on stage there, and reported them."""
    dana.sign_in(fox, stoa, "flora")
    dana.come_by(fox, stoa, room)
    until("Firefox hears it", lambda: dana.hears(fox))
    fox.press("#stage button")
    for words in ("Report", "Threats"):
        fox.click(words)
    fox.shows("Thank you, it is reported")


def claim(fox: Firefox, stoa: Stoa, name: str) -> str:
    """The number of the case about this person, which whoever is signed in holds now."""
    fox.goto(f"{stoa.outside}/console/cases/")
    number = str(until(f"a case about {name} is in the queue", lambda: fox.evaluate(ROW.format(name)))).split()[0]
    fox.click(f"Claim {number}")
    fox.shows("The case is yours.")
    return number


def ask(fox: Firefox, case: str, name: str) -> None:
    """Nothing: whoever holds the case asked to hear the one voice that is sealed for it."""

    def voices() -> str:
        fox.goto(case)
        return str(fox.evaluate(VOICES))

    until("the voice is sealed", lambda: voices() == name, 30)
    fox.type("#id_reason", "Only the sound tells whether it is a threat.")
    fox.click("Ask to open it")
    fox.shows("Waits for a senior moderator")


def hear(fox: Firefox) -> None:
    """Nothing: the page played what was sealed when it was told to, and not before."""
    fox.evaluate(LOUDSPEAKER.read_text(encoding="utf-8"))
    fox.click("Fetch the sound")
    until("the voice is there", lambda: fox.evaluate(READY))
    assert fox.evaluate(WAITS), "it plays by itself"
    fox.press("#deck-play")
    until("the tone is heard", lambda: fox.evaluate(LEVEL.format(HUM)) > AUDIBLE)
    assert fox.evaluate(LEVEL.format(BESIDE)) < AUDIBLE, "any tone would do"


def decide(fox: Firefox, facts: str) -> None:
    """Nothing: whoever the case is about is warned, because of these facts."""
    fox.press(".measure:has([value=warn])")
    fox.type("#id_facts", facts)
    until("what she will read is shown", lambda: facts in fox.evaluate(PREVIEW))
    fox.press("#decide")
    fox.shows("Done. It is entry")


def read(fox: Firefox, stoa: Stoa, facts: str) -> None:
    """Nothing: whoever is signed in found the newest decision about them, and why it was made."""
    fox.goto(f"{stoa.outside}/privacy/decisions/")
    fox.press(".cases h2 a")
    fox.shows(facts)


def overturn(fox: Firefox, reasons: str) -> None:
    """Nothing: the appeal is answered, for these reasons, and the decision is taken back."""
    fox.shows("I was singing.")
    fox.press(".choice:has([value=overturned])")
    fox.type("textarea[name=reasons]", reasons)
    fox.click("Answer")
    fox.shows("The appeal is answered.")
