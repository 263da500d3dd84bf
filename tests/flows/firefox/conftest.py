"""One Firefox for all of these tests; it is gone before the next file of flows begins."""

from collections.abc import Iterator

import pytest

from tests.flows.firefox import launch
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep them together: files that are spread over processes would each start a Firefox anew."""
    item.add_marker("alone")


@pytest.fixture(scope="package")
def fox(stoa: Stoa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox, and nothing it remembers."""
    with launch.running(tmp_path_factory.mktemp("firefox"), stoa) as running:
        yield running
