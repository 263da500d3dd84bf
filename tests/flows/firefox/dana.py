"""What dana does in Firefox, and what she hears."""

from tests.flows import chromium
from tests.flows.door import PASSWORD
from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.stack import Stoa, until


def sign_in(fox: Firefox, stoa: Stoa, name: str = "dana") -> None:
    """Nothing: this person, and nobody else, is signed in."""
    become(fox, stoa, stoa.sign_in(name)[name])


def become(fox: Firefox, stoa: Stoa, session: str) -> None:
    """Nothing: whoever has this session is signed in."""
    sign_out(fox, stoa)
    fox.cookie("sessionid", session)


def sign_out(fox: Firefox, stoa: Stoa) -> None:
    """Nothing: nobody is signed in, and the page is one where somebody can be."""
    fox.goto(f"{stoa.outside}/healthz")
    fox.forget()


def sign_in_by_code(fox: Firefox, stoa: Stoa, name: str, code: str) -> None:
    """Nothing: this person typed their password and, asked for it, this code of an app or for recovery."""
    sign_out(fox, stoa)
    fox.goto(f"{stoa.outside}/accounts/login/")
    fox.type("input[name=login]", name)
    fox.type("input[name=password]", f"{PASSWORD}{ENTER}")
    fox.shows("One more step")
    fox.type("input[name=code]", f"{code}{ENTER}")


def enter(fox: Firefox, stoa: Stoa, room: str, before: str = "") -> None:
    """Nothing: dana is in the room; the script `before` ran just before she came in."""
    sign_in(fox, stoa)
    come_by(fox, stoa, room, before)


def come_by(fox: Firefox, stoa: Stoa, room: str, before: str = "") -> None:
    """Nothing: whoever is signed in asked to come into the room."""
    fox.goto(f"{stoa.outside}/r/{room}")
    fox.listen()
    fox.evaluate(before)
    fox.press("#join:enabled")  # its words tell a host from a listener


def turn_on_the_microphone(fox: Firefox) -> None:
    """Nothing: dana, who is on stage, is heard."""
    for words in ("Turn mic on", "Use my microphone", "Unmute"):
        fox.click(words)


def go_on_stage(fox: Firefox) -> None:
    """Nothing: dana, who is invited, is on stage and heard."""
    for words in ("Accept", "Use my microphone", "Go on stage"):
        fox.click(words)


def turn(fox: Firefox, percent: int) -> None:
    """Nothing: Firefox hears the first person on stage so loud."""
    slider = "document.querySelector('#sheet input[type=range]')"
    fox.evaluate("document.querySelector('#stage button').click()")
    there = f"return {slider} !== null"  # its script comes with the first tap, or was fetched before
    until("the sheet is there", lambda: bool(fox.evaluate(there)))
    fox.evaluate(
        f"{slider}.value = {percent};"
        f"{slider}.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        "document.getElementById('sheet').close();"
    )


def plays(fox: Firefox) -> bool:
    """Whether anything leaves Firefox's players."""
    return float(fox.evaluate("return ears.played()")) > chromium.SILENT


def hears(fox: Firefox, frequency: float = chromium.HUM) -> bool:
    """Whether Firefox hears a tone of `frequency` Hz."""
    heard = fox.evaluate("return ears.hear()")
    return any(
        sound["level"] > chromium.AUDIBLE and abs(sound["frequency"] - frequency) < chromium.TOLERANCE
        for sound in heard
    )
