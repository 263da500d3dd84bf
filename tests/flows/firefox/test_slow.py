"""The first walk of all in Firefox, by a slow line."""

from collections.abc import Callable
from time import monotonic

import pytest

from tests.flows import slow, talk
from tests.flows.chromium import Visitor
from tests.flows.door import PASSWORD
from tests.flows.firefox.dana import hears
from tests.flows.firefox.driver import ENTER, Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]


def test_firefox_brings_somebody_new_in_by_a_slow_line_who_hears(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa, figure: Callable[[str], None]
) -> None:
    title = "A long way off for foxes"
    talk.spoken_in(visit, stoa, title)
    code = stoa.manage("create_invite").strip().removeprefix(stoa.url)
    fox.goto(f"{stoa.outside}/healthz")
    fox.forget()
    with slow.line(stoa) as line:
        began = monotonic()
        fox.goto(f"{line.stoa.outside}{code}")
        fox.type("input[name=display_name]", f"Lisette{ENTER}")
        fox.shows("How will you sign in?", slow.PATIENCE)
        fox.type("input[type=password]", f"{PASSWORD}{ENTER}")
        for words in ("I accept this, let me in", "I am ready", title):
            fox.click(words, slow.PATIENCE)
        fox.shows("Listen", slow.PATIENCE)
        fox.listen()
        fox.evaluate(line.detour)
        fox.click("Listen", slow.PATIENCE)
        until("Firefox hears alice", lambda: hears(fox), slow.PATIENCE)
        figure(f"300 ms and 5 % loss, from a code to hearing in Firefox: {monotonic() - began:.1f} s by machine")
