"""One Firefox for all of these tests; it is gone before the next file of flows begins."""

from collections.abc import Iterator

import pytest

from tests.flows.firefox import driver
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa


@pytest.fixture(scope="package")
def fox(stoa: Stoa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox; it reaches Stoa by the machine's own address, since it pairs no candidates on loopback."""
    host = stoa.outside.removeprefix("http://").partition(":")[0]
    with driver.running(tmp_path_factory.mktemp("firefox"), host) as running:
        yield running
