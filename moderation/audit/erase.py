"""Erasing a person from the log: their key and labels go, every hash stays, and every proof still verifies."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.dispatch import Signal

from moderation.audit import keys, people
from moderation.audit.hold import HeldError, holding
from moderation.audit.models import Label, PersonKey
from moderation.audit.record import record
from moderation.audit.source import Source

erasing = Signal()
"""Sent with the `uid` of whoever is erased, and `now`, in the transaction, so that other apps let go of them as well.

A receiver raises `NeededError` where the person may not go yet, or `BusyError`; nothing of them is gone then.
"""


class NeededError(Exception):
    """The fault of what goes on: it needs whoever was to be erased. `cases` are the numbers of their open cases."""

    def __init__(self, cases: list[int], days: int) -> None:
        super().__init__(
            f"in the middle of case {', '.join(map(str, cases))}; decide on it, and erase them once it is closed, or "
            f"{days} days after they asked for it under /privacy/data/"
        )
        self.cases = cases


class BusyError(Exception):
    """The fault of the moment: something is just being written about whoever was to be erased."""

    def __init__(self) -> None:
        super().__init__("something is being written about them at this very moment; try again")


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone: from how many entries; `event` names the entry that says so."""

    entries: int
    event: str


def erase(uid: str, *, by: str, reason: str, now: datetime, source: Source) -> Erased:
    """Erase the person from the log, in one transaction with an entry that does not say whom.

    Raises `HeldError` under a legal hold, `NeededError` while something that goes on has a part of theirs, `BusyError`
    while something is just being written about them, and `ValueError` for an empty id: what nobody is known for stays.
    """
    if not uid:
        raise ValueError("nobody has no key to destroy")
    with transaction.atomic():
        who = people.find(uid)
        gone = _destroy(who.id) if who else 0
        erasing.send(PersonKey, uid=uid, now=now)
        actor = "" if by == uid else by
        entry = record("log.erase", source=source, actor=actor, reason=reason, detail={"entries": gone})
    if who:
        people.forget(who.uid)
    return Erased(gone, entry.event)


def _destroy(person: int) -> int:
    # The key first: on PostgreSQL this waits for whoever writes a label or places a hold right now. Those then are all.
    key = PersonKey.objects.select_for_update().filter(pk=person)
    list(key)
    holds = holding(person)
    if holds:
        raise HeldError(holds)
    key.delete()
    return Label.objects.filter(person=person).delete()[0]


def rewrap(*, by: str, source: Source) -> int:
    """How many persons' keys are sealed under a new master key. The old one is destroyed.

    It makes an erasure final: a backup still has the sealed keys of those erased since, and nothing opens them now.
    """
    # The new key first, so that no row names one that is not kept; then all rows and the entry; the old keys last, when
    # no row needs them. Whoever dies in between, or loses the answer to the commit, leaves a key that nothing is sealed
    # under, the new one or an old one: the next run destroys it with the others. Only those that were there when the
    # rows were ours alone: one that came since is that of another run, which seals all under it.
    with transaction.atomic(), ExitStack() as failing:
        people.lock()
        old, master = keys.masters(), people.Master.new()
        failing.callback(keys.drop_master, master.name)
        rows = list(PersonKey.objects.order_by("pk"))
        living = people.by_id(row.pk for row in rows)
        for row in rows:
            who = living[row.pk]
            row.token, row.master, row.box = master.token(who.uid), master.name, master.wrap(who.uid, who.key)
        PersonKey.objects.bulk_update(rows, ["token", "master", "box"], batch_size=500)
        people.forget_all()
        record("log.rewrap", source=source, actor=by, detail={"persons": len(rows)})
        failing.pop_all()
    for name in old:
        keys.drop_master(name)
    return len(rows)
