"""What mutators make is what the targets are for: it breaks no rule, and much of it is read to the end."""

from random import Random

import pytest

from moderation.audit import verify
from moderation.audit.verify import Range, Refused
from tests.fuzz.corpora import CORPUS
from tests.fuzz.mutators import MUTATORS
from tests.fuzz.targets import TARGETS

GENUINE = {"zip": "genuine", "bundle": "pruned", "receipt": "genuine", "note": "pruning"}
SEEDS = range(300)


def changed(data: bytes) -> bytes:
    """In the place of libFuzzer."""
    return data[: len(data) // 2] + b"?" + data[len(data) // 2 + 1 :]


def made(name: str) -> list[bytes]:
    genuine = (CORPUS / name / GENUINE[name]).read_bytes()
    return [MUTATORS[name](genuine, Random(seed), changed) for seed in SEEDS]


def is_part(data: bytes) -> bool:
    try:
        return bool(Range.parse(data.partition(b"\0")[0].decode()))
    except (Refused, UnicodeDecodeError):
        return False


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", MUTATORS)
def test_what_is_made_of_a_genuine_one_breaks_no_rule(name: str) -> None:
    for data in made(name):
        TARGETS[name](data)


def test_a_value_that_has_no_canonical_form_stops_no_fuzzer() -> None:
    odd = b'{"index":0,"leaf":"{\\"score\\":NaN}","openings":{"actor":["00",Infinity]}}'
    for seed in SEEDS:
        MUTATORS["bundle"](b'{"count":1,"first":0,"left":[],"right":[],"withheld":[]}\0' + odd, Random(seed), changed)


def test_most_that_is_made_of_a_bundle_has_a_part_and_so_its_entries_are_looked_at() -> None:
    assert sum(map(is_part, made("bundle"))) > len(SEEDS) / 2


def test_what_lies_behind_the_part_of_a_bundle_is_refused_in_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = set[verify.Fault]()

    class Seen(Refused):
        def __init__(self, fault: verify.Fault, why: str, where: str = "") -> None:
            super().__init__(fault, why, where)
            faults.add(fault)

    monkeypatch.setattr(verify, "Refused", Seen)
    for data in made("bundle"):
        TARGETS["bundle"](data)
    assert faults >= {verify.Fault[name] for name in ("MALFORMED", "MISSING", "CHANGED", "OPENING")}
