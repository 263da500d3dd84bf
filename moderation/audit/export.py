"""Takes a part of the log out: as a bundle for a reviewer, or as rows for whoever writes them elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from django.db.models import Max, Min

from moderation.audit import bundle, cosign, draft, keys, people, tree
from moderation.audit.bundle import Part, Row
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Entry, Label, Leaf
from moderation.audit.opened import Opened, Openings, contents, opened
from moderation.audit.store import Nodes

PAGE = 500
Shows = Callable[[Entry], bool]
Opens = Callable[[Sequence[Opened]], list[Openings]]


def everything(found: Sequence[Opened]) -> list[Openings]:
    """What opens the personal fields of each entry: all that is not erased."""
    return [one.openings for one in found]


class NothingSealedError(Exception):
    """The caller's fault: no checkpoint covers these entries yet."""

    def __init__(self, end: int) -> None:
        super().__init__(f"no checkpoint covers the entries before {end} yet: try again in ten seconds")


def export(
    out: IO[bytes],
    first: int = 0,
    count: int | None = None,
    *,
    now: datetime,
    also: Iterable[str] = (),
    shows: Shows = lambda _: True,
    person: str | None = None,
    opens: Opens = everything,
) -> int:
    """How many leaves the bundle has that was written to `out`: `count` of them, or all from `first` on.

    Entries that `shows` says no to are withheld: of them the bundle has the leaf's hash, which tells nothing, and the
    rest of the proof holds. The same goes for entries that were pruned. With `person`, only those personal fields are
    opened that say something of that one; without, those that `opens` opens.
    """
    checkpoint = cosign.cosigned(first + count) if count is not None else cosign.cosigned(first)
    if checkpoint is None:
        raise NothingSealedError(first + (count or 0))
    total = checkpoint.size - first if count is None else count
    nodes = Nodes()
    left, right = (
        [nodes(*place) for place in tree.subtrees(*part)] for part in ((0, first), (first + total, checkpoint.size))
    )
    part = Part(first, left, right, checkpoint, cosign.witnessed(keys.vkeys()))
    return bundle.write(
        out,
        part,
        lambda: rows(first, total, shows, person, opens),
        signers=keys.signers(checkpoint.origin),
        moment=now,
        also=also,
        scratch=str(draft.folder()),
    )


def span(since: datetime | None = None, until: datetime | None = None) -> tuple[int, int]:
    """From which leaf on, and how many, everything lies that is sealed and occurred in that time.

    Whatever else lies between those leaves is among them. Raises `NothingSealedError` before the first checkpoint.
    """
    newest = cosign.cosigned()
    if newest is None:
        raise NothingSealedError(0)
    if since is None and until is None:
        return 0, newest.size
    asked = {"occurred_at__gte": since, "occurred_at__lt": until}
    within = Entry.objects.filter(**{bound: moment for bound, moment in asked.items() if moment})
    leaves = Leaf.objects.filter(index__lt=newest.size, entry__in=within.values("pk"))
    edges = leaves.aggregate(first=Min("index"), last=Max("index"))
    return (newest.size, 0) if edges["first"] is None else (edges["first"], edges["last"] - edges["first"] + 1)


def rows(
    first: int,
    count: int,
    shows: Shows = lambda _: True,
    person: str | None = None,
    opens: Opens = everything,
) -> Iterator[Row]:
    """The leaves from `first` on with what can be read of their entries, a page at a time."""
    for start in range(first, first + count, PAGE):
        end = min(start + PAGE, first + count)
        leaves = list(Leaf.objects.filter(index__gte=start, index__lt=end).order_by("index"))
        yield from _page(leaves, shows, person, opens)


def _page(leaves: Sequence[Leaf], shows: Shows, person: str | None, opens: Opens) -> Iterator[Row]:
    entries = [entry for entry in Entry.objects.filter(pk__in=[one.entry for one in leaves]) if shows(entry)]
    told = openings(entries, person, opens)
    found = {entry.pk: (text(entry), opening) for entry, opening in zip(entries, told, strict=True)}
    for one in leaves:
        yield Row(bytes(one.hash), *found.get(one.entry, (None, {})))


def openings(entries: Sequence[Entry], person: str | None = None, opens: Opens = everything) -> list[Openings]:
    """What opens the personal fields of each entry; with `person`, of those that say something of that one.

    With an empty one nothing is opened, not even what is known of strangers.
    """
    if person is None:
        return opens(opened(entries))
    who = people.find(person) if person else None
    if who is None:
        return [{} for _ in entries]
    labels = Label.objects.filter(person=who.id, entry__in=[entry.pk for entry in entries])
    boxes = {label.entry: bytes(label.box) for label in labels}
    return [contents(boxes[entry.pk], who, entry) if entry.pk in boxes else {} for entry in entries]


def text(entry: Entry) -> str:
    """What of an entry was hashed into its leaf."""
    return leaf_of({name: getattr(entry, name) for name in PUBLIC}).decode()
