"""`manage.py` where something that it needs is not there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.flows.stack import ROOT


def bare(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What becomes of `manage.py` in the folder, where site packages are out of reach."""
    shutil.copy(ROOT / "manage.py", folder)
    command = [sys.executable, "-S", "-E", str(folder / "manage.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=30)


def without_database(*words: str) -> subprocess.CompletedProcess[str]:
    """What becomes of `manage.py` where nothing answers at the database's address."""
    away = {"DATABASE_URL": "postgres://stoa@127.0.0.1:1/stoa", "SECRET_KEY": "k" * 50, "STOA_DATA": "/nowhere"}
    command, environment = [sys.executable, "manage.py", *words], {"PATH": os.environ["PATH"], **away}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


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


def test_it_goes_on_once_alone_where_nothing_is_installed_there_either(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())  # which finds no packages of ours: it has no pyvenv.cfg beside it
    answer = bare(tmp_path, "doctor")
    assert (answer.returncode, answer.stderr) == (1, "What Stoa stands on is not installed here. First: make run\n")


def test_without_its_database_a_command_says_so_in_one_line() -> None:
    done = without_database("create_invite")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("The database does not answer: ")
    assert done.stderr.endswith(" `manage.py doctor` looks further.\n")


def test_whoever_asks_for_it_gets_the_whole_traceback() -> None:
    done = without_database("create_invite", "--traceback")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback ")
