"""The project's settings with what a test machine's environment does not give."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-be-taken-for-a-real-one-0123456789")
os.environ.setdefault("STOA_DATA", tempfile.mkdtemp(prefix="stoa-test-"))
VALKEY = Path(os.environ["STOA_DATA"]) / os.environ.get("PYTEST_XDIST_WORKER", "alone")  # one server per worker
PRIVATE_VALKEY = "REDIS_URL" not in os.environ
if PRIVATE_VALKEY:
    os.environ["REDIS_URL"] = f"unix://{VALKEY}/valkey.sock"

from config.settings import *  # noqa: E402, F403  # the environment comes first

if PRIVATE_VALKEY:
    del os.environ["REDIS_URL"]  # xdist's workers inherit the environment and choose their own

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
