#!/usr/bin/env python
"""Stoa's command line: `manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from config import folder

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["serve"]:  # it alone may make the keys without which settings do not load
        os.umask(0o077)
        folder.prepare(folder.path(os.environ))
    execute_from_command_line(sys.argv)
