"""The verifier computes roots and checks proofs as RFC 6962 says it, word by word."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Fault, Frontier
from tests.moderation.audit.verifying import refusal


def leaves(count: int) -> list[bytes]:
    return [verify.leaf_hash(b"%d" % number) for number in range(count)]


def root(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return verify.node_hash(root(hashes[:half]), root(hashes[half:]))


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word by word."""
    if len(hashes) <= 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return [*path(index, hashes[:half]), root(hashes[half:])]
    return [*path(index - half, hashes[half:]), root(hashes[:half])]


def consistency(old: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2, word by word."""
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= half:
        return [*consistency(old, hashes[:half], whole), root(hashes[half:])]
    return [*consistency(old - half, hashes[half:], False), root(hashes[:half])]


class TestTrees:
    def test_a_frontier_has_the_root_of_the_tree_at_every_size(self) -> None:
        tree, hashes = Frontier(), leaves(70)
        for size, leaf in enumerate(hashes):
            assert tree.root() == root(hashes[:size])
            tree.append(leaf)

    def test_a_frontier_wants_one_node_per_complete_subtree(self) -> None:
        with refusal(Fault.PROOF):
            Frontier(6, leaves(1))
        with refusal(Fault.PROOF):
            Frontier(1, [b"short"])

    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
    def test_a_range_and_the_tree_left_and_right_of_it_have_the_whole_trees_root(
        self, first: int, count: int, more: int
    ) -> None:
        hashes = leaves(first + count + more)
        tree = Frontier()
        for leaf in hashes[:first]:
            tree.append(leaf)
        part = Frontier(first, tree.nodes)
        for leaf in hashes[first : first + count]:
            part.append(leaf)
        start = first + count
        for level in verify.levels_right_of(start, len(hashes)):
            part.append(root(hashes[start : start + (1 << level)]), level)
            start += 1 << level
        assert part.root() == root(hashes)

    def test_every_leaf_is_proven_to_be_in_trees_up_to_33(self) -> None:
        for size in range(1, 34):
            hashes = leaves(size)
            for index in range(size):
                assert verify.inclusion_root(index, size, hashes[index], path(index, hashes)) == root(hashes)

    def test_an_inclusion_proof_that_is_too_short_too_long_or_of_another_leaf_does_not_lead_to_the_root(self) -> None:
        for size in range(1, 18):
            hashes = leaves(size)
            for index in range(size):
                proof = path(index, hashes)
                with refusal(Fault.PROOF):
                    verify.inclusion_root(index, size, hashes[index], [*proof, hashes[0]])
                if proof:
                    with refusal(Fault.PROOF):
                        verify.inclusion_root(index, size, hashes[index], proof[:-1])
                assert verify.inclusion_root(index, size, verify.leaf_hash(b"forged"), proof) != root(hashes)
        with refusal(Fault.PROOF):
            verify.inclusion_root(5, 5, hashes[0], [])

    def test_every_beginning_is_proven_for_trees_up_to_33(self) -> None:
        for size in range(34):
            hashes = leaves(size)
            for old in range(size + 1):
                proof = consistency(old, hashes) if old else []
                verify.check_consistency(old, root(hashes[:old]), size, root(hashes), proof)

    def test_a_rewritten_beginning_is_never_proven(self) -> None:
        for size in range(2, 18):
            hashes = leaves(size)
            for old in range(1, size):
                forged = root([verify.leaf_hash(b"forged"), *hashes[1:old]])
                proof = consistency(old, hashes)
                for old_root, new_root, path_ in (
                    (forged, root(hashes), proof),
                    (root(hashes[:old]), forged, proof),
                    (root(hashes[:old]), root(hashes), [*proof, hashes[0]]),
                    (root(hashes[:old]), root(hashes), proof[:-1]),
                    (root(hashes[:old]), root(hashes), proof[::-1] if len(proof) > 1 else []),
                ):
                    with refusal(Fault.PROOF):
                        verify.check_consistency(old, old_root, size, new_root, path_)

    def test_a_tree_does_not_shrink(self) -> None:
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 2, root(leaves(2)), [])

    def test_trees_of_the_same_size_are_the_same(self) -> None:
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 3, root(leaves(2)), [])
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 3, root(leaves(3)), leaves(1))
