"""Finding entries: by whom, where, what and when, page by page from the newest back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from moderation.audit import people
from moderation.audit.leaf import stamp
from moderation.audit.models import Entry, Label, Part, Result
from moderation.audit.opened import Opened, opened
from moderation.audit.record import record
from moderation.audit.sealing import address_token
from moderation.audit.source import Source

PAGE = 50
_SLACK = timedelta(minutes=10)  # within it, ids and times may be in different orders
_NEVER = 2**63 - 1  # no entry has this id
_PUBLIC = ("room", "case", "policy", "action", "result")
_LEFT_OUT = {"room": "", "case": "", "policy": "", "result": Result.OK}
"""What the index of a field leaves out. SQLite takes such an index only where the search leaves it out as well."""

Keep = Callable[[Sequence[Opened]], list[Opened]]
"""What gives back those of the entries found that may be told of."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; what is empty does not matter. `actor` did it, `person` had whatever part in it."""

    actor: str = ""
    person: str = ""
    room: str = ""
    case: str = ""
    address: str = ""
    action: str = ""
    policy: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first; `before` continues the search, None at its end."""

    entries: list[Opened]
    before: int | None


def search(
    wish: Wish, *, by: str, source: Source, before: int | None = None, size: int = PAGE, keep: Keep = list
) -> Page:
    """The page of what `by` looks for. That they looked, and for what, is an entry of its own, written first.

    Whom and which address they looked for stands in that entry sealed, as everything about a person does, and of what
    no entry has only in which field it was asked for. A page is full of what `keep` keeps, so that its length does not
    tell of the rest.
    """
    with transaction.atomic():
        _note(wish, by, source)
    found: list[Opened] = []
    while len(found) <= size:
        # Their ids first, which indexes have: with all they say, a database may rather read every entry in between.
        ids = list(matching(wish, before).values_list("pk", flat=True)[: size + 1])
        found += keep(opened(Entry.objects.filter(pk__in=ids).order_by("-pk")))
        if len(ids) <= size:
            break
        before = ids[-1]
    return Page(found[:size], found[size - 1].entry.pk if len(found) > size else None)


def matching(wish: Wish, before: int | None = None) -> QuerySet[Entry]:
    """The entries that are as wanted, the newest first, from `before` back."""
    span = _span(wish, before)
    found = Entry.objects.filter(**{name: getattr(wish, name) for name in _PUBLIC if getattr(wish, name)})
    for name, common in _LEFT_OUT.items():
        if getattr(wish, name) not in ("", common):
            found = found.exclude(**{name: common})
    found = found.filter(_at(wish), **{f"pk__{bound}": number for bound, number in span.items()})
    for labels in _labels(wish):
        # Bounded as well, so that a database begins with the few labels and not with the many entries.
        within = labels.filter(**{f"entry__{bound}": number for bound, number in span.items()})
        found = found.filter(pk__in=within.values("entry"))
    return found.order_by("-pk")


def _labels(wish: Wish) -> list[QuerySet[Label]]:
    """The labels that an entry must be among."""
    asked = []
    for uid, parts in ((wish.actor, Q(part__in=[part for part in range(8) if part & Part.ACTOR])), (wish.person, Q())):
        if uid:
            who = people.find(uid)
            asked.append(Label.objects.filter(parts, person=who.id) if who else Label.objects.none())
    if wish.address:
        asked.append(Label.objects.filter(address=address_token(wish.address)))
    return asked


def _at(wish: Wish) -> Q:
    """The time asked for."""
    asked = Q(recorded_at__gte=wish.since) if wish.since else Q()
    return asked & Q(recorded_at__lt=wish.until) if wish.until else asked


def _span(wish: Wish, before: int | None) -> dict[str, int]:
    """The ids that the time asked for lies within: everything is found and sorted by id."""
    span = {} if before is None else {"lt": before}
    ids = Entry.objects.values_list("pk", flat=True)
    if wish.since:
        first = ids.filter(recorded_at__gte=wish.since - _SLACK).order_by("recorded_at").first()
        span["gte"] = first if first is not None else _NEVER
    if wish.until:
        last = ids.filter(recorded_at__lt=wish.until + _SLACK).order_by("-recorded_at").first()
        span["lte"] = last or 0
    return span


def _note(wish: Wish, by: str, source: Source) -> None:
    asked = {name: getattr(wish, name) for name in _PUBLIC if getattr(wish, name)}
    # What no entry has is anybody's words, such as a name in the wrong field, and would stand here for good.
    told = {name: value for name, value in asked.items() if matching(Wish(**{name: value})).exists()}
    by_name = [name for name in ("actor", "person", "address") if getattr(wish, name)]
    told |= {name: stamp(moment) for name in ("since", "until") if (moment := getattr(wish, name))}
    told |= {"by": by_name + [name for name in asked if name not in told]}
    whom = [uid for uid in dict.fromkeys([wish.actor, wish.person]) if uid and people.find(uid)]
    act = {"object_type": "user", "object_id": whom[0]} if whom else {}
    act |= {"second": whom[1]} if len(whom) > 1 else {}
    record("log.search", source=source, actor=by, sought=wish.address[:64], detail=told, **act)  # type: ignore[arg-type]  # the words of `Act`
