"""What the tests of the media process share."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

# An example of a property may take as long as the machine needs.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Memory that only the cyclic collector would free is not freed during the test."""
    gc.disable()
    yield
    gc.enable()
