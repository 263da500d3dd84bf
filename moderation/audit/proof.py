"""Receipts: that one entry is in the log, in one file that is checked offline (C2SP tlog-proof)."""

from moderation.audit import cosign, export, tree, verify
from moderation.audit.models import Entry, Leaf
from moderation.audit.store import Nodes

SUFFIX = ".tlog-proof"


class NotSealedError(Exception):
    """Nobody's fault: the entry is too young, and no checkpoint covers it yet."""

    def __init__(self, entry: int) -> None:
        super().__init__(f"entry #{entry} is not under a checkpoint yet: try again in ten seconds")


def receipt(entry: Entry, person: str | None = None) -> str:
    """The text of a `.tlog-proof` file for this entry.

    With `person` it opens what the entry says of that one (the receipt is theirs), with an empty one nothing; without,
    everything that is not erased. Its `extra` line holds the entry, so that the file alone is enough.
    """
    leaf = Leaf.objects.filter(entry=entry.pk).first()
    checkpoint = cosign.cosigned(leaf.index + 1) if leaf else None
    if leaf is None or checkpoint is None:
        raise NotSealedError(entry.pk)
    hashes = tree.inclusion(Nodes(), leaf.index, checkpoint.size)
    extra = verify.canonical({"leaf": export.text(entry), "openings": export.openings([entry], person)[0]})
    return str(verify.Proof(leaf.index, tuple(hashes), str(checkpoint.note).encode(), extra.encode()))
