"""G10: a thousand people are erased, nothing in the database leads to them, and every proof still verifies."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from moderation.audit import check, keys, people, tree
from moderation.audit.erase import erase, rewrap
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Label, Leaf, PersonKey
from moderation.audit.opened import opened
from moderation.audit.record import record
from moderation.audit.search import Wish, matching
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.store import Nodes
from moderation.audit.verify import check_consistency, inclusion_root, leaf_hash, open_checkpoint

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEOPLE = 1000
ALICE = "a11ce00000000000"

pytestmark = pytest.mark.django_db


def uid(number: int) -> str:
    return f"feed{number:012x}"


def source(number: int) -> Source:
    address = f"203.0.{number // 250}.{number % 250}"
    return Source(
        address, 50_000 + number % 10_000, "198.51.100.1:443", f"Browser of {number}", session=f"Session of {number}"
    )


def everything() -> bytes:
    """Every value of every table, as it stands there."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            told += [
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for row in cursor
                for value in row
            ]
    return b"\0".join(told)


def test_who_is_erased_is_nowhere_and_the_proofs_hold() -> None:
    for number in range(PEOPLE):
        record(
            "member.join",
            source=source(number),
            actor=uid(number),
            object_type="member",
            object_id=uid(number),
            room="r",
        )
        record("member.mute", source=source(7), actor=ALICE, object_type="member", object_id=uid(number), room="r")
    seal(NOON)
    old = Checkpoint.objects.get().note.encode()
    backup = list(PersonKey.objects.values_list("pk", "master", "box"))
    address = Wish(address="203.0.0.9")
    assert matching(address).exists()

    for number in range(PEOPLE):
        erase(uid(number), by="", reason="request", now=NOON, source=Source.internal("command"))
    seal(NOON)
    rewrap(by="", source=Source.internal("command"))

    left = everything()
    for number in range(PEOPLE):
        for secret in (
            uid(number),
            source(number).user_agent,
            f"203.0.{number // 250}.{number % 250}",
            f"Session of {number}",
        ):
            assert secret.encode() not in left
    assert not matching(address).exists()
    assert people.find(uid(9)) is None
    assert {one.fields["object"] for one in opened(Entry.objects.filter(action="member.mute"))} == {None}
    assert {one.fields["actor"] for one in opened(Entry.objects.filter(action="member.mute"))} == {ALICE}
    assert Label.objects.count() == PEOPLE  # Alice's

    living = set(PersonKey.objects.values_list("pk", flat=True))
    assert all(name not in keys.masters() for pk, name, _ in backup if pk not in living)
    proofs_hold(old)
    assert list(check.faults(NOON)) == []


def proofs_hold(old: bytes) -> None:
    """From the old checkpoint to every entry in it, and on to the new one."""
    before, node = open_checkpoint(old, keys.vkeys()), Nodes()
    rows = {row["id"]: row for row in Entry.objects.values("id", *PUBLIC)}
    for leaf in Leaf.objects.filter(index__lt=before.size):
        hashed = leaf_hash(leaf_of(rows[leaf.entry]))
        proof = tree.inclusion(node, leaf.index, before.size)
        assert inclusion_root(leaf.index, before.size, hashed, proof) == before.root
    after = open_checkpoint(Checkpoint.objects.latest("size").note.encode(), keys.vkeys())
    proof = tree.consistency(node, before.size, after.size)
    check_consistency(before.size, before.root, after.size, after.root, proof)
