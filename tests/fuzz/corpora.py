"""The corpus of each target: the smallest inputs that, together, reach whatever in its parser one ever reached."""

import shutil
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.fuzz.targets import PARSERS, TARGETS

CORPUS = Path(__file__).parent / "corpus"
Step = tuple[CodeType, int, int]
"""From which line to which, in which function."""


def keep(name: str, found: Path) -> int:
    """How many of these inputs were added to the target's corpus: those that take a step which none in it takes."""
    known = set().union(*(steps(name, one.read_bytes()) for one in (CORPUS / name).iterdir()))
    kept = 0
    for one in sorted(found.iterdir(), key=lambda file: (file.stat().st_size, file.name)):
        new = steps(name, one.read_bytes()) - known
        if new:
            shutil.copy(one, CORPUS / name)
            known, kept = known | new, kept + 1
    return kept


def steps(name: str, data: bytes) -> set[Step]:
    """The steps that this input takes through the target's parser."""
    taken, parser, last = set[Step](), PARSERS[name].__file__, dict[int, int]()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != parser:
            return None
        begun = 0 if event == "call" else last[id(frame)]
        taken.add((frame.f_code, begun, frame.f_lineno))
        last[id(frame)] = frame.f_lineno
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        TARGETS[name](data)
    finally:
        sys.settrace(before)
    return taken
