"""A small log in memory that signs what it is told to, also two histories."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moderation.audit import note, tree, verify
from moderation.audit.note import Signer
from moderation.audit.verify import Frontier, Key

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = Signer("stoa.example/audit", PRIVATE)
STRANGER = Signer("stoa.example/audit", Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
WITNESS_KEY = Key("witness.example/w1", verify.WITNESS_KEY, WITNESS.public_key().public_bytes_raw())


@dataclass
class Log:
    """Leaves, and what can be said of them."""

    signer: Signer = LOG
    leaves: list[bytes] = field(default_factory=list)

    def grow(self, *entries: bytes) -> "Log":
        self.leaves += map(verify.leaf_hash, entries)
        return self

    def root(self, size: int | None = None) -> bytes:
        frontier = Frontier()
        for leaf in self.leaves[:size]:
            frontier.append(leaf)
        return frontier.root()

    def checkpoint(self, size: int | None = None) -> bytes:
        text = note.checkpoint(self.signer.name, len(self.leaves) if size is None else size, self.root(size))
        return note.signed(text, [self.signer]).encode()

    def node(self, level: int, index: int) -> bytes:
        frontier = Frontier()
        for leaf in self.leaves[index << level : (index + 1) << level]:
            frontier.append(leaf)
        return frontier.root()

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        return tree.consistency(self.node, old, len(self.leaves) if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        return tree.inclusion(self.node, index, len(self.leaves))

    def left_and_right(self, first: int, count: int) -> tuple[list[bytes], list[bytes]]:
        parts = (0, first), (first + count, len(self.leaves))
        left, right = ([self.node(*place) for place in tree.subtrees(*part)] for part in parts)
        return left, right


def cosignature(text: str, time: int) -> str:
    """The line of a witness under the text of a checkpoint."""
    data = time.to_bytes(8, "big") + WITNESS.sign(verify.cosigned_message(text.encode(), time))
    return str(verify.Signature(WITNESS_KEY.name, WITNESS_KEY.key_id, data))
