"""The project's settings with what a test machine's environment does not give."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-be-taken-for-a-real-one-0123456789")
os.environ.setdefault("STOA_DATA", tempfile.mkdtemp(prefix="stoa-test-"))

from config.settings import *  # noqa: F403  # the environment comes first
