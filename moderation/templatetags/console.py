"""What every page of the console shows beside its own: where one may go, the newest checkpoint, and its own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation import outcomes
from moderation.audit import cosign
from moderation.audit.models import Checkpoint
from moderation.forms import SpanForm
from moderation.gate import acts_of
from moderation.models import Decision, Hint, Kind, Staff
from moderation.staff import Act
from moderation.verdicts import VERBS
from moderation.words import (
    CHANNELS,
    DONE,
    FLAGS,
    GRADES,
    KINDS,
    MEASURES,
    POLICIES,
    REASONS,
    REFUSALS,
    ROLES,
    STATES,
)

register = template.Library()

WAYS = (
    (_("Overview"), (("console", _("Overview"), Act.ENTER),)),
    (
        _("Work"),
        (
            ("console_cases", _("Cases"), Act.READ_CASES),
            ("console_live", _("Live rooms"), Act.READ_LIVE),
            ("console_powers", _("Powers"), Act.READ_POWERS),
            ("console_quality", _("Quality"), Act.READ_QUALITY),
        ),
    ),
    (
        _("Record"),
        (
            ("console_log", _("Log"), Act.READ_LOG),
            ("console_controls", _("Controls"), Act.READ_CONTROLS),
            ("console_review", _("Security review"), Act.READ_REVIEWS),
            ("console_findings", _("Findings"), Act.READ_REVIEWS),
            ("console_statements", _("Statements"), Act.READ_REVIEWS),
        ),
    ),
    (
        _("Requests"),
        (
            ("console_names", _("Names"), Act.ASK_NAME),
            ("console_data", _("Data requests"), Act.READ_DATA),
            ("console_lawful", _("Lawful requests"), Act.READ_LAWFUL),
        ),
    ),
    (
        _("House"),
        (
            ("console_policies", _("Rules"), Act.READ_POLICIES),
            ("console_staff", _("Staff"), Act.READ_STAFF),
            ("console_retention", _("Retention"), Act.READ_RETENTION),
        ),
    ),
)
"""The pages of the console in their groups: name of the address, words, and the act that a page takes."""

WORDS: Mapping[str, Mapping[str, Promise]] = {
    "channel": CHANNELS,
    "kind": KINDS,
    "measure": MEASURES,
    "policy": POLICIES,
    "role": ROLES,
    "state": STATES,
    "verb": VERBS,
}


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the console that is open to somebody; `here` where they are on it or below it, with what waits."""

    address: str
    words: str
    here: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one kind, of which one at least is open; it has that one's name where it is the only one."""

    words: str
    ways: list[Way]

    @property
    def here(self) -> bool:
        """Whether the page that is shown is one of these."""
        return any(way.here for way in self.ways)

    @property
    def waiting(self) -> int:
        """How much waits on these pages."""
        return sum(way.waiting for way in self.ways)


@register.inclusion_tag("console/bundle.html")
def evidence() -> Mapping[str, SpanForm]:
    """The card with which the evidence is taken home."""
    return {"form": SpanForm(auto_id="bundle_%s")}


@register.simple_tag
def ways(user: User, path: str, waiting: Mapping[str, int]) -> list[Group]:
    """The pages of the console that are open to this person, who is at `path`, and how much waits on each."""
    acts = acts_of(user)
    groups = (
        (words, [_way(name, said, path, waiting) for name, said, act in pages if act in acts]) for words, pages in WAYS
    )
    return [Group(str(words) if len(found) > 1 else found[0].words, found) for words, found in groups if found]


def _way(name: str, words: Promise, path: str, waiting: Mapping[str, int]) -> Way:
    address = reverse(name)
    here = path == address or (name != "console" and path.startswith(address))  # every page lies below the overview
    return Way(address, str(words), here, waiting.get(name, 0))


@register.simple_tag
def may(user: User, act: str) -> bool:
    """Whether this person may do this in the console now."""
    return Act(act) in acts_of(user)


@register.simple_tag
def checkpoint() -> dict[str, object]:
    """The newest checkpoint of the log, its note with the witnesses' lines; empty where there is none."""
    newest = Checkpoint.objects.order_by("-size").first()
    return {"size": newest.size, "at": newest.created_at, "note": cosign.text(newest)} if newest else {}


@register.filter
def worded(value: str, table: str) -> str:
    """What the console calls this policy, measure, state, ..."""
    return str(WORDS[table][value])


@register.filter
def grade(severity: int) -> str:
    """What the console calls this severity of a policy."""
    return str(GRADES[severity])


@register.filter
def named(person: User | None, reader: Staff) -> str:
    """How this reader of the staff sees a person: by name; a guest by their id."""
    if person is None:
        return gettext("somebody who is gone")
    return person.uid if reader.guest else person.display_name or gettext("somebody who is gone")


@register.filter
def noticed(hint: Hint) -> str:
    """What a model says, in words; none of those that were spoken."""
    facts = hint.facts
    match hint.kind:
        case Kind.SOUND:
            return gettext(", ").join(_flags(hint)) or gettext("nothing odd")
        case Kind.WORDS:
            return gettext(", ").join(
                f"{POLICIES.get(name, name)} \N{MULTIPLICATION SIGN}{n}" for name, n in facts.items()
            ) or gettext("no phrase")
        case Kind.PATTERN:
            n = facts.get("joined", 0)
            return ngettext("%(n)d person of one branch joined", "%(n)d people of one branch joined", n) % {"n": n}
    n = facts.get("words", 0)
    return gettext("could not be heard") if "unheard" in facts else ngettext("%(n)d word", "%(n)d words", n) % {"n": n}


@register.filter
def remarks(hints: Iterable[Hint]) -> list[str]:
    """What models noticed of a room, in words: each thing once, however many tracks and cases have it."""
    return list(dict.fromkeys(words for hint in hints if hint.score for words in _flags(hint) or [noticed(hint)]))


def _flags(hint: Hint) -> list[str]:
    return [str(FLAGS.get(flag, flag)) for flag in hint.facts.get("flags", ())]


@register.filter
def lasts(decision: Decision, now: datetime) -> str:
    """Whether a decision that was made still holds, in the words that the person reads whom it concerns."""
    return outcomes.of_decision(decision, now)


@register.filter
def holds(decision: Decision, now: datetime) -> bool:
    """Whether it restricts somebody now."""
    return outcomes.holds(decision, now)


@register.filter
def told(action: str) -> str:
    """What the console calls this act on a case; the log's own word for one that has no other."""
    return str(DONE.get(action, action))


@register.filter
def why(reason: str) -> str:
    """What the console says for this reason of an act on a case; the log's own word for one that has no other."""
    return str({**REFUSALS, **MEASURES, **REASONS}.get(reason, reason))


@register.filter
def calls(uid: str, names: Mapping[str, str]) -> str:
    """The name of the person with this id; the id where there is none."""
    return names.get(uid, uid)


@register.filter
def since(then: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    return _span(then, now)


@register.filter
def till(then: datetime, now: datetime) -> str:
    """How long it still is, in one unit; empty where it is over."""
    return _span(now, then) if then > now else ""


def _span(start: datetime, end: datetime) -> str:
    return timesince(start, end, depth=1) if end - start >= timedelta(minutes=1) else gettext("less than a minute")
