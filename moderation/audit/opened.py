"""Reading the log: entries with what is sealed in them, as far as nobody was erased."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from cryptography.exceptions import InvalidTag

from moderation.audit import people
from moderation.audit.leaf import PERSONAL, PUBLIC
from moderation.audit.models import Entry, Label

_log = structlog.get_logger(__name__)

Openings = Mapping[str, list[object]]


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry, and the salt and value of each personal field that can still be opened."""

    entry: Entry
    openings: Openings

    @property
    def fields(self) -> dict[str, object]:
        """Every field of the entry by name; a personal one that it does not have, or that was erased, is None."""
        public = {name: getattr(self.entry, name) for name in PUBLIC}
        personal = {name: self.openings[name][1] if name in self.openings else None for name in PERSONAL}
        return {"id": self.entry.pk, **public, **personal}

    @property
    def erased(self) -> list[str]:
        """The personal fields that the entry had, and that nobody can open any more."""
        had = self.entry.commitments  # something else than an object where no honest caller wrote it
        return sorted(set(had) - set(self.openings)) if isinstance(had, dict) else []


def opened(rows: Iterable[Entry]) -> list[Opened]:
    """The entries in the same order, with what can be opened of them."""
    entries = list(rows)
    labels = Label.objects.filter(entry__in=[entry.pk for entry in entries])
    found: dict[int, list[Label]] = defaultdict(list)
    for label in labels:
        found[label.entry].append(label)
    persons = people.by_id(label.person for label in labels)
    return [Opened(entry, _open(entry, found[entry.pk], persons)) for entry in entries]


def _open(entry: Entry, labels: Iterable[Label], persons: Mapping[int, people.Person]) -> Openings:
    openings: dict[str, list[object]] = {}
    for label in labels:
        if label.person in persons:
            openings |= contents(bytes(label.box), persons[label.person], entry)
    return openings


def contents(box: bytes, who: people.Person, entry: Entry) -> Openings:
    """What the box of a label opens of its entry. One that we did not seal opens nothing, and keeps none unread."""
    try:
        return who.open(box, entry.event)
    except (InvalidTag, ValueError):
        _log.error("label_unreadable", entry=entry.pk)
        return {}
