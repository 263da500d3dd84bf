"""Who reported stays hidden from whoever reads the log, until a second person agrees that they be named."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import QuerySet

from moderation.audit.opened import Opened, Openings
from moderation.cases import Code
from moderation.measures import Measure
from moderation.models import About, Case, Report

_PERSONS = ("actor", "object", "second")
_TELLING = ("address", "port", "destination", "user_agent", "session", "sought")
"""What an entry says of its actor beside the id."""


def veiled(found: Sequence[Opened], shown: Collection[str]) -> Mapping[int, frozenset[str]]:
    """For each entry, by its number, the ids in it that tell who reported; those in `shown` may be read."""
    cases = {int(one.entry.case) for one in found if one.entry.case.isdecimal()}
    own, of_rooms = _makers(Report.objects.filter(case__in=cases), "case"), _of_rooms(cases)
    there = {str(pk) for pk in Case.objects.filter(pk__in=cases).values_list("pk", flat=True)}
    veil = {}
    for one in found:
        refused = of_rooms.get(one.entry.case, set()) if one.entry.reason == Code.REPORTER else set()
        lost = _lost(one) if one.entry.case not in there else set()
        veil[one.entry.pk] = frozenset((_ids(one, own[one.entry.case] | refused) | lost) - set(shown))
    return veil


def hidden(one: Opened, ids: Collection[str]) -> list[str]:
    """The fields of the entry that are not shown where these ids in it are veiled."""
    persons = [name for name in _PERSONS if one.fields[name] in ids]
    others = [name for name in _TELLING if name in one.openings] if "actor" in persons else []
    return persons + others


def openings(found: Sequence[Opened], shown: Collection[str]) -> list[Openings]:
    """What opens the personal fields of each entry but those that `hidden` names."""
    veil = veiled(found, shown)
    covered = [hidden(one, veil[one.entry.pk]) for one in found]
    return [
        {name: opening for name, opening in one.openings.items() if name not in names}
        for one, names in zip(found, covered, strict=True)
    ]


def _of_rooms(cases: Collection[int]) -> Mapping[str, set[str]]:
    """By the cases about rooms, who reported the room in any: they are refused here, and that alone tells of it."""
    rooms = dict(Case.objects.filter(pk__in=cases, about=About.ROOM).values_list("pk", "room"))
    made = Report.objects.filter(case__about=About.ROOM, case__room__in=set(rooms.values()))
    makers = _makers(made, "case__room")
    return {str(case): makers[room] for case, room in rooms.items()}


def _makers(reports: QuerySet[Report], by: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, *makers in reports.values_list(by, "reporter__uid", "staff__uid"):
        found[str(key)] |= {uid for uid in makers if uid}
    return found


def _ids(one: Opened, reporters: Collection[str]) -> set[str]:
    """Also where the case is forgotten: whoever made a report, or read what became of it, is its reporter.

    Whoever did something with a report in a role of the staff is not.
    """
    fields = one.fields
    told = {str(fields[name]) for name in _PERSONS if fields[name]} & set(reporters)
    by_themselves = one.entry.action.startswith("report.") and not one.entry.role and fields["actor"]
    return told | ({str(fields["actor"])} if by_themselves else set())


def _lost(one: Opened) -> set[str]:
    """Who may be a reporter where no row says so any more: an entry about a case outlives it until it is pruned."""
    appealed = {str(one.fields["actor"] or "")} if one.entry.action == "case.appeal" else set()
    false = {str(one.fields["object"] or "")} if one.entry.reason == Measure.RESTRICT_REPORTING else set()
    return (appealed | false) - {""}
