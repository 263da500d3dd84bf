"""Each test has a log of its own."""

from tests.moderation.audit.conftest import _own_keys  # noqa: F401  # pytest finds it here
