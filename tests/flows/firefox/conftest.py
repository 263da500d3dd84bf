"""One Firefox for all of these tests; it is gone before the next file of flows begins."""

from collections.abc import Iterator

import pytest

from tests.flows.firefox import launch
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa


@pytest.fixture(scope="package")
def fox(stoa: Stoa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox, and nothing it remembers."""
    with launch.running(tmp_path_factory.mktemp("firefox"), stoa) as running:
        yield running
