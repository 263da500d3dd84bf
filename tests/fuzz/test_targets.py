"""Everything that a fuzzer ever found in the parsers of what strangers send, once more."""

import pytest

from tests.fuzz.corpora import CORPUS
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_that_a_fuzzer_found_breaks_a_parser(name: str) -> None:
    inputs = sorted((CORPUS / name).iterdir())
    assert inputs
    for one in inputs:
        TARGETS[name](one.read_bytes())
