"""`fold.json`: what the server's fold makes of 41 events. The page's own fold is held to it as well (tests/js)."""

import json
from pathlib import Path

from rooms import protocol

GOLDEN = json.loads((Path(__file__).parent / "fold.json").read_text(encoding="utf-8"))


def test_the_golden_folds_are_the_servers() -> None:
    state = GOLDEN["start"]
    for step in GOLDEN["steps"]:
        state = protocol.fold(state, step["event"])
        assert state == step["after"]
