"""Firefox listens and speaks."""

from collections.abc import Callable, Iterator

import pytest

from tests.flows import chromium, firefox, talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]


@pytest.fixture(scope="module")
def fox(stoa: Stoa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox; it reaches Stoa by the machine's own address, since it pairs no candidates on loopback."""
    host = stoa.outside.removeprefix("http://").partition(":")[0]
    with firefox.running(tmp_path_factory.mktemp("firefox"), host) as running:
        yield running


def test_firefox_listens_and_speaks(fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa) -> None:
    room = stoa.room("alice", "Foxes and others")
    alice = visit("alice")
    talk.enter(alice, room)
    talk.speak_up(alice)

    fox.goto(f"{stoa.outside}/healthz")
    fox.cookie("sessionid", stoa.sign_in("dana")["dana"])
    fox.goto(f"{stoa.outside}/r/{room}")
    fox.listen()
    fox.click("Listen")
    until("Firefox hears alice", lambda: hears(fox, chromium.HUM))

    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    for words in ("Accept", "Use my microphone", "Go on stage"):
        fox.click(words)
    alice.hears(firefox.HUM)
    fox.click("You are heard")
    alice.silence_falls()


def hears(fox: Firefox, frequency: float) -> bool:
    """Whether Firefox hears a tone of `frequency` Hz."""
    heard = fox.evaluate("return ears.hear()")
    return any(
        sound["level"] > chromium.AUDIBLE and abs(sound["frequency"] - frequency) < chromium.TOLERANCE
        for sound in heard
    )
