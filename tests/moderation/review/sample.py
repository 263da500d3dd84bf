"""An annex to make reports of, as `review.annex` gathers it: every control passed, nothing else is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from moderation.actions import controls
from moderation.models import Outcome
from moderation.review.catalogue import CONTROLS
from moderation.review.probes.base import Found
from moderation.review.texts import texts
from tests.moderation.review.test_texts import places

AT = "2026-11-25T12:00:00.000000Z"
LONG_AGO = "2026-10-01T12:00:00.000000Z"


def facts_for(control: str) -> dict[str, int]:
    """A number for every place in the control's sentences."""
    named = set().union(*map(places, texts("en")["controls"][control].values()))
    return dict.fromkeys(sorted(named), 7)


@contextmanager
def measured() -> Iterator[dict[str, Outcome]]:
    """What each control's check finds meanwhile: that it is fulfilled, unless a test says otherwise."""
    found = dict.fromkeys(CONTROLS, Outcome.PASSED)

    def probe(name: str) -> object:
        return lambda _span: Found(found[name], facts_for(name))

    with patch.object(controls, "PROBES", MappingProxyType({name: probe(name) for name in CONTROLS})):
        yield found


def annex(profile: str = "cn", **other: Any) -> dict[str, Any]:
    """The facts of an annex."""
    state = {"outcome": "passed", "checked_at": AT, "checked_entry": 88, "passed_at": AT, "passed_entry": 88}
    return {
        "profile": profile,
        "service": "https://stoa.example",
        "version": "0.1.0",
        "server_profile": "cn",
        "start": "2026-10-27T00:00:00.000000Z",
        "end": "2026-11-26T00:00:00.000000Z",
        "run_at": AT,
        "run_by": "operator",
        "technology": ["django 5", "sqlite"],
        "people": 12,
        "rooms": 1,
        "checkpoint": "stoa.example/audit\n90\nAAAA\n\n— stoa.example/audit BBBB\n",
        "size": 90,
        "counts": {"entries": 80, "refused": 5, "acts": {"room.open": {"ok": 75, "refused": 5}}},
        "controls": {name: {**state, "facts": facts_for(name)} for name in CONTROLS},
        "statements": {},
        "findings": [],
        "triggers": [],
        "blockers": [],
        **other,
    }
