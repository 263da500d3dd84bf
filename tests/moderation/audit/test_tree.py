"""Tests of moderation.audit.tree, on the vectors that the tests of Certificate Transparency publish."""

import hashlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.audit.tree import ProofError, consistency, inclusion, subtrees
from moderation.audit.verify import Frontier, leaf_hash, node_hash

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"

hashes = [leaf_hash(bytes.fromhex(text)) for text in LEAVES]


@cache
def node(level: int, index: int) -> bytes:
    """A node over the published leaves, repeated as often as it takes."""
    if not level:
        return hashes[index % len(hashes)]
    return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def grown(size: int) -> Frontier:
    tree = Frontier()
    for index in range(size):
        tree.append(node(0, index))
    return tree


@pytest.mark.parametrize("size", range(9))
def test_a_tree_has_the_published_root(size: int) -> None:
    assert grown(size).root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [A, B, C]),
        (5, 8, [F, E, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], B, F]),
    ],
)
def test_an_entry_has_the_published_inclusion_proof(index: int, size: int, path: list[str]) -> None:
    assert [part.hex() for part in inclusion(node, index, size)] == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (0, 8, []),
        (1, 8, [A, B, C]),
        (6, 8, [D, E, ROOTS[4]]),
        (2, 5, [B, F]),
    ],
)
def test_two_trees_have_the_published_consistency_proof(old: int, new: int, path: list[str]) -> None:
    assert [part.hex() for part in consistency(node, old, new)] == path


@pytest.mark.parametrize(("index", "size"), [(0, 0), (8, 8), (-1, 8)])
def test_there_is_no_proof_of_an_entry_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion(node, index, size)


def test_there_is_no_proof_that_a_small_tree_continues_a_larger_one() -> None:
    with pytest.raises(ProofError):
        consistency(node, 8, 7)


def _check_inclusion(index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, as a second opinion."""
    place, last, root = index, size - 1, node(0, index)
    for part in proof:
        assert last > 0
        if place & 1 or place == last:
            root = node_hash(part, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, part)
        place, last = place >> 1, last >> 1
    assert last == 0
    return root


@given(st.data(), st.integers(1, 300))
def test_every_inclusion_proof_leads_to_the_root(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert _check_inclusion(index, size, inclusion(node, index, size)) == grown(size).root()


@given(st.data(), st.integers(1, 300))
def test_every_consistency_proof_has_the_parts_of_both_roots(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    old_root, new_root = _check_consistency(old, new, consistency(node, old, new))
    assert (old_root, new_root) == (grown(old).root(), grown(new).root())


def _check_consistency(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4.2, as a second opinion: the roots that the proof leads to."""
    if old == new:
        return grown(old).root(), grown(new).root()
    path = [grown(old).root(), *proof] if old & (old - 1) == 0 else proof
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    left = right = path[0]
    for part in path[1:]:
        if place & 1 or place == last:
            left, right = node_hash(part, left), node_hash(part, right)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            right = node_hash(right, part)
        place, last = place >> 1, last >> 1
    assert last == 0
    return left, right


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_whole_subtrees_cover_a_range_once_and_in_order(first: int, last: int) -> None:
    at = first
    for level, index in subtrees(first, last):
        assert index << level == at
        at = (index + 1) << level
    assert at == max(first, last)


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Frontier().root() == hashlib.sha256().digest()
