"""`python -m tests.fuzz MINUTES [TARGET]`: coverage-guided fuzzing of every target, or of one, for so long each.

atheris, which no other part of Stoa needs, finds the inputs; what reaches code that none before reached is added to the
target's corpus, and what breaks a rule is written beside it and ends the run with status 1.
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LONGEST = {"sdp": 6000, "frames": 4000, "zip": 10000, "bundle": 6000, "receipt": 4000, "note": 4000}
"""Bytes of an input, where they are not those of a datagram."""
_DATAGRAM = 1472
_SLOW = 5
"""Seconds that one input may take."""


def main(minutes: float, names: list[str]) -> int:
    """The status to exit with, once each target has had its minutes in a process of its own."""
    return max(subprocess.run([sys.executable, "-m", "tests.fuzz", str(minutes), name]).returncode for name in names)


def fuzz(minutes: float, name: str) -> None:
    """Nothing: does not return. libFuzzer ends the process when the time is over, or at what it found."""
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.exit("The fuzzer is missing: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=["rooms.sfu", "moderation.audit.verify"]):
        targets = import_module("tests.fuzz.targets").TARGETS
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "max_total_time": round(minutes * 60),
        "max_len": LONGEST.get(name, _DATAGRAM),
        "timeout": _SLOW,
        "artifact_prefix": f"{folder}-",
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(folder)], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    os.nice(19)
    if len(sys.argv) > 2:
        fuzz(float(sys.argv[1]), sys.argv[2])
    from tests.fuzz.targets import TARGETS

    sys.exit(main(float(sys.argv[1]), list(TARGETS)))
