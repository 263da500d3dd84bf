"""`python -m tests.fuzz.one MINUTES TARGET FOUND`: the process that fuzzes one target.

atheris, which no other part of Stoa needs, finds the inputs.
"""

import sys
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

LONGEST = {"sdp": 6000, "frames": 4000, "zip": 10000, "bundle": 6000, "receipt": 4000, "note": 4000}
"""Bytes of an input, where they are not those of a datagram."""
_DATAGRAM = 1472
_SLOW = 5
"""Seconds that one input may take."""


def fuzz(minutes: float, name: str, found: str) -> None:
    """Nothing: does not return. libFuzzer ends the process when the time is over, or at what breaks a rule.

    What reaches anything new, however often code ran on the way, is put into the folder `found`.
    """
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        sys.exit("The fuzzer is missing: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=["rooms.sfu", "moderation.audit.verify"]):
        targets = import_module("tests.fuzz.targets").TARGETS
    corpus = Path(__file__).parent / "corpus" / name
    options = {
        "max_total_time": round(minutes * 60),
        "max_len": LONGEST.get(name, _DATAGRAM),
        "timeout": _SLOW,
        "artifact_prefix": f"{corpus}-",
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], *(f"-{key}={number}" for key, number in options.items()), found, str(corpus)]
    atheris.Setup(arguments, targets[name], **_mutator(atheris, name))
    atheris.Fuzz()


def _mutator(atheris: Any, name: str) -> dict[str, Any]:
    """What changes an input, where bytes are not all there is to it."""
    mutate = import_module("tests.fuzz.mutators").MUTATORS.get(name)
    if not mutate:
        return {}

    def changed(data: bytes, most: int, seed: int) -> bytes:
        made: bytes = mutate(data, Random(seed), lambda part: atheris.Mutate(part, most))
        return made[:most]

    return {"custom_mutator": changed}


if __name__ == "__main__":
    fuzz(float(sys.argv[1]), sys.argv[2], sys.argv[3])
