#!/usr/bin/env python3
"""Stoa's command line: `manage.py help` lists the commands."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"

if __name__ == "__main__":
    if find_spec("django") is None:  # some other Python runs this, and not the one that `make run` fitted out
        python = VENV / "bin" / "python"
        if Path(sys.executable) == python or not python.exists():
            sys.exit("What Stoa stands on is not installed here. First: make run")
        os.execv(python, [str(python), *sys.argv])  # noqa: S606  # nothing to be quoted

from django.core.management import execute_from_command_line  # noqa: E402  # as above
from django.db import OperationalError  # noqa: E402

from config import folder  # noqa: E402

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["serve"]:  # it alone may make the keys without which settings do not load
        os.umask(0o077)
        folder.prepare(folder.path(os.environ))
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database does not answer: {' '.join(str(error).split())}. `manage.py doctor` looks further.")
