"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint), the side that signs."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moderation.audit.verify import LOG_KEY, PRUNING, Frontier, Key, Signature


@dataclass(frozen=True, slots=True)
class Signer:
    """A named Ed25519 key of a log."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> Key:
        """What a verifier must be given; `str()` of it is a vkey line as Go's note tools read it."""
        return Key(self.name, LOG_KEY, self.private.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """The signature line under `text`."""
        return str(Signature(self.name, self.key.key_id, self.private.sign(text.encode())))


def checkpoint(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint: this log had `size` leaves and this root."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def pruning(origin: str, gone: Mapping[int, bytes]) -> str:
    """The text of a pruning: the entries of these leaves, in the order of the tree, went, and hashed to this."""
    spans, tree = list[list[int]](), Frontier()
    for index, leaf in gone.items():
        tree.append(leaf)
        if spans and spans[-1][1] == index - 1:
            spans[-1][1] = index
        else:
            spans.append([index, index])
    leaves = " ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in spans)
    return f"{PRUNING}\n{origin}\n{base64.b64encode(tree.root()).decode()}\n{leaves}\n"


def signed(text: str, signers: Iterable[Signer]) -> str:
    """The note: `text`, which ends in a newline, and one signature line for each signer."""
    return f"{text}\n{''.join(signer.line(text) for signer in signers)}"
