"""Stoa's command line, which loads once and runs each command in a fork of itself: to load takes two seconds.

`python -m tests.flows.commands` reads the arguments of a command on each line, as JSON, and answers with its status,
output and errors.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import django
from django.core.management import execute_from_command_line


class CommandLine:
    """One that has this environment; it is loaded when it is first asked."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def run(self, *arguments: str) -> str:
        """What `manage.py ARGUMENTS` prints; AssertionError where it fails."""
        with self._turn:
            self._process = self._process or self._load()
            assert self._process.stdin
            assert self._process.stdout
            print(json.dumps(arguments), file=self._process.stdin, flush=True)
            status, output, errors = json.loads(self._process.stdout.readline())
        assert status == 0, f"{arguments[0]} failed:\n{output}{errors}"
        return str(output)

    def close(self) -> None:
        """Nothing: it has ended."""
        if self._process:
            self._process.communicate(timeout=10)  # which says that nothing more comes

    def _load(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.flows.commands"]
        root, pipe = Path(__file__).resolve().parents[2], subprocess.PIPE
        return subprocess.Popen(command, cwd=root, env=self._environment, stdin=pipe, stdout=pipe, text=True)


def main() -> None:
    """Nothing, once there is nothing more to read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            child = os.fork()
            if not child:
                _run(json.loads(line), output, errors)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            errors.seek(0)
            print(json.dumps([status, output.read(), errors.read()]), flush=True)


def _run(arguments: Sequence[str], output: IO[str], errors: IO[str]) -> None:
    """Run the command, which prints there, and end as `manage.py` does."""
    os.dup2(output.fileno(), sys.stdout.fileno())
    os.dup2(errors.fileno(), sys.stderr.fileno())
    execute_from_command_line(["manage.py", *arguments])
    sys.exit()


if __name__ == "__main__":
    main()
