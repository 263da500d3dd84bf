"""Every page in Firefox's smallest window: nothing is wide, and axe finds nothing."""

import json

import pytest

from tests.flows import axe
from tests.flows.firefox import dana
from tests.flows.firefox.driver import Firefox
from tests.flows.small import SIZES, WIDE
from tests.flows.stack import Stoa
from tests.flows.test_layout import PAGES

pytestmark = [pytest.mark.server, pytest.mark.browser]
NARROWEST = SIZES["320 px"]["width"]


def test_firefox_at_320_px_has_nothing_wide_and_nothing_that_axe_finds(fox: Firefox, stoa: Stoa) -> None:
    dana.sign_in(fox, stoa)
    faults: list[str] = []
    with fox.narrow(NARROWEST):
        for path in PAGES:
            fox.goto(stoa.outside + path)
            faults += [f"{path}: {fault}" for fault in looked_over(fox)]
    assert faults == []


def looked_over(fox: Firefox) -> list[str]:
    """What is wrong with the page."""
    assert fox.evaluate("return innerWidth") == NARROWEST
    wide = fox.evaluate(f"return {WIDE}")
    fox.evaluate(axe.SCRIPT)
    fox.evaluate(f"await ({axe.SETTLED})()")
    found = fox.evaluate(f"return (await axe.run('html', {{ runOnly: {json.dumps(axe.RULES)} }})).violations")
    return [f"sideways by {wide} px"] * (wide > 0) + [each["id"] for each in found]
