"""`manage.py` by a Python that has nothing of what Stoa stands on, as a shell finds it first."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.flows.stack import ROOT


def bare(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What becomes of `manage.py` in the folder, where site packages are out of reach."""
    shutil.copy(ROOT / "manage.py", folder)
    command = [sys.executable, "-S", "-E", str(folder / "manage.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_it_goes_on_with_the_python_that_make_run_fitted_out(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho fitted out: "$@"\n')
    python.chmod(0o755)
    answer = bare(tmp_path, "create_room", "Slow Sunday")
    assert (answer.returncode, answer.stdout) == (0, f"fitted out: {tmp_path}/manage.py create_room Slow Sunday\n")


def test_it_says_what_to_do_first_where_nothing_is_installed(tmp_path: Path) -> None:
    answer = bare(tmp_path, "doctor")
    assert (answer.returncode, answer.stderr) == (1, "What Stoa stands on is not installed here. First: make run\n")
