"""`python -m tests.fuzz MINUTES [TARGET]...`: coverage-guided fuzzing of every target, or of some, for so long each.

Each has a process of its own (`tests.fuzz.one`). What takes a step that nothing in the target's corpus takes is added
to that, what breaks a rule is written beside it and ends the run with status 1, and how long nothing was found
is added to `hours.tsv`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz import corpora, ledger
from tests.fuzz.targets import TARGETS

_INPUTS = re.compile(r"stat::number_of_executed_units:\s+([0-9]+)")


def main(minutes: float, names: list[str]) -> int:
    """The status to exit with, once each target has had its minutes."""
    return max([_fuzzed(minutes, name) for name in names])


def _fuzzed(minutes: float, name: str) -> int:
    """The status of fuzzing this target."""
    inputs = 0
    with TemporaryDirectory() as found:
        command = [sys.executable, "-m", "tests.fuzz.one", f"{minutes}", name, found]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            for line in process.stderr or ():
                sys.stderr.write(line)
                told = _INPUTS.match(line)
                inputs = int(told[1]) if told else inputs
        if not process.returncode:
            ledger.add(name, minutes, inputs)
            corpora.keep(name, Path(found))
    return process.returncode


if __name__ == "__main__":
    os.nice(19)
    sys.exit(main(float(sys.argv[1]), sys.argv[2:] or list(TARGETS)))
