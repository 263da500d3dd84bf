"""Tests of what moderation.audit.verify says of prunings: of which leaves they tell, and whether it is the truth."""

import base64
import random

import pytest

from moderation.audit import note, verify
from moderation.audit.verify import Fault, Note, Pruning, Reckoning, Signature, leaf_hash, parse_note, parse_pruning
from tests.moderation.audit.logs import LOG
from tests.moderation.audit.verifying import ROOT, refusal

HASHES = [leaf_hash(bytes([number])) for number in range(40)]


def pruning(*leaves: int, hashes: list[bytes] = HASHES) -> Pruning:
    """What the log signs when these leaves' entries go."""
    text = note.pruning(LOG.name, {index: hashes[index] for index in leaves})
    return parse_pruning(parse_note(note.signed(text, [LOG]).encode()))


def told(title: str, origin: str, root: str, leaves: str) -> Note:
    return Note(f"{title}\n{origin}\n{root}\n{leaves}\n", (Signature(LOG.name, LOG.key.key_id, b""),))


def test_a_pruning_tells_of_its_leaves_part_by_part() -> None:
    some = pruning(0, 1, 2, 5, 7, 8)
    assert some.leaves == "0-2 5 7-8"
    assert list(some.indexes(0)) == [0, 1, 2, 5, 7, 8]
    assert list(some.indexes(2)) == [2, 5, 7, 8]
    assert list(some.indexes(9)) == []


def test_the_root_of_a_pruning_is_that_of_a_tree_of_what_went() -> None:
    assert pruning(3).root == HASHES[3]
    assert pruning(3, 9).root == verify.node_hash(HASHES[3], HASHES[9])


@pytest.mark.parametrize("leaves", ["", "1 1", "2 1", "3-2", "1-3 3", "1-", "-1", "01", "1  2", " 1", "1,2", "a"])
def test_leaves_that_are_not_in_order_or_no_numbers_are_refused(leaves: str) -> None:
    with refusal(Fault.MALFORMED):
        parse_pruning(told(verify.PRUNING, LOG.name, ROOT, leaves))


@pytest.mark.parametrize(
    "lines",
    [
        (verify.BUNDLE, LOG.name, ROOT, "1"),
        (verify.PRUNING, "another.example/audit", ROOT, "1"),
        (verify.PRUNING, LOG.name, "1", ROOT),
        (verify.PRUNING, LOG.name, ROOT, "1\n2"),
    ],
)
def test_another_note_is_no_pruning(lines: tuple[str, str, str, str]) -> None:
    with refusal(Fault.MALFORMED):
        parse_pruning(told(*lines))


def test_a_checkpoint_is_no_pruning_whatever_the_log_calls_itself() -> None:
    for size in (0, 1, 70):
        text = note.checkpoint(f"{verify.PRUNING}\n{LOG.name}", size, base64.b64decode(ROOT))
        with refusal(Fault.MALFORMED):
            parse_pruning(Note(text, (Signature(LOG.name, LOG.key.key_id, b""),)))


@pytest.mark.parametrize("seed", range(20))
def test_prunings_account_for_their_leaves_and_for_no_other(seed: int) -> None:
    chance = random.Random(seed)
    chosen = {name: sorted(chance.sample(range(40), chance.randrange(1, 9))) for name in range(5)}
    first = chance.randrange(40)
    reckoning = Reckoning({name: pruning(*leaves) for name, leaves in chosen.items()}, first)
    gone = {index for leaves in chosen.values() for index in leaves}
    looked_at = [index for index in range(first, 40) if chance.random() < 0.8]
    assert [index for index in looked_at if reckoning.accounts_for(index, HASHES[index])] == [
        index for index in looked_at if index in gone
    ]
    assert list(reckoning.false()) == []


def test_a_pruning_of_other_entries_than_were_logged_is_false_once_all_its_leaves_went_by() -> None:
    changed = [*HASHES[:3], leaf_hash(b"changed"), *HASHES[4:]]
    prunings = {17: pruning(1, 2), 18: pruning(3, 5, hashes=changed), 19: pruning(30, 39, hashes=changed[::-1])}
    reckoning = Reckoning(prunings)
    for index in range(35):
        reckoning.accounts_for(index, HASHES[index])
    assert list(reckoning.false()) == [18]


def test_of_a_pruning_that_tells_no_root_nothing_is_false() -> None:
    reckoning = Reckoning({17: Pruning("0-3", b"")})
    assert [reckoning.accounts_for(index, HASHES[index]) for index in range(5)] == [True] * 4 + [False]
    assert list(reckoning.false()) == []
