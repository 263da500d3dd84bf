"""What became of decisions and reports, in words for whoever they concern: never who reported, never who decided."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from moderation.cases import OPEN, State
from moderation.measures import RULES, Measure
from moderation.models import Case, Decision, Report, Stand
from rooms.models import Room
from rooms.models import State as RoomState

NO_RULE_BROKEN = gettext_noop("We looked into what was reported, and found that no rule was broken.")
"""What the server itself says of a case in which a report was false; several may read it, each in their language."""
MADE = (Stand.IN_FORCE, Stand.UNDONE)
_WAITING: dict[str, Promise] = {
    State.NEW: gettext_lazy("Received. Nobody has looked at it yet."),
    State.TRIAGED: gettext_lazy("Received. It waits for a moderator."),
    State.CLAIMED: gettext_lazy("A moderator is looking at it."),
    State.ESCALATED: gettext_lazy("A senior moderator is looking at it."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report; `over` says that it was decided, `dismissed` is the decision that found nothing."""

    words: str
    over: bool = False
    dismissed: Decision | None = None

    @property
    def facts(self) -> str:
        """Why nothing was found; empty where something was, or nobody has decided."""
        return facts_of(self.dismissed) if self.dismissed else ""


def facts_of(decision: Decision) -> str:
    """What happened, as whoever decided wrote it; the server's own sentence in the language that is active."""
    return _(NO_RULE_BROKEN) if decision.facts == NO_RULE_BROKEN else decision.facts


def of_report(report: Report) -> Outcome:
    """What its reporter reads."""
    made, waits = _latest(report.case), report.case.state in OPEN
    if made is not None and made.automated and waits and made.state == Stand.IN_FORCE:
        return Outcome(_("The server acted for now. A moderator still looks at it."))
    if made is None or (made.automated and waits):
        return Outcome(str(_WAITING.get(report.case.state, _WAITING[State.TRIAGED])))
    undone = made.state == Stand.UNDONE
    if made.measure == Measure.NONE:
        if undone:
            return Outcome(_("After an appeal we are looking at it again."))
        return Outcome(_("We found that no rule was broken."), over=True, dismissed=made)
    if undone:
        return Outcome(_("We acted on it, and took that back after an appeal."), over=True)
    return Outcome(_("A rule was broken, and we acted on it."), over=True)


def of_decision(decision: Decision, now: datetime) -> str:
    """Whether it still holds, and until when."""
    if decision.state == Stand.UNDONE and decision.undone_at is not None:
        return _("Taken back on %(date)s") % {"date": _day(decision.undone_at)}
    if decision.measure == Measure.BAN:
        return _("In force, without an end")
    if _bars(decision):
        return _("In force, as long as the room goes on")
    if not RULES[Measure(decision.measure)].timed or decision.until is None:
        return _("Done, and over")
    if decision.until <= now:
        return _("Over since %(date)s") % {"date": _day(decision.until)}
    return _("In force until %(date)s") % {"date": _day(decision.until)}


def holds(decision: Decision, now: datetime) -> bool:
    """Whether it restricts somebody now."""
    lasting = decision.measure == Measure.BAN or (decision.until is not None and decision.until > now)
    return decision.state == Stand.IN_FORCE and (lasting or _bars(decision))


def appealable(decision: Decision, now: datetime) -> bool:
    """Whether an appeal is open, as far as they have made none; while a person still looks at it, there is no need."""
    over = decision.state != Stand.IN_FORCE or decision.case.state not in (State.DECIDED, State.APPEALED)
    return not over and decision.appeal_until is not None and decision.appeal_until > now


def provisional(decision: Decision) -> bool:
    """Whether a rule of the server decided it, and a person still looks at it."""
    return decision.automated and decision.state == Stand.IN_FORCE and decision.case.state in OPEN


def _bars(decision: Decision) -> bool:
    """Whether it keeps somebody out of a room that is not over: what has ended never goes on."""
    going_on = Room.objects.filter(pk=decision.room).exclude(state=RoomState.ENDED)
    return decision.measure == Measure.BAN_ROOM and going_on.exists()


def _latest(case: Case) -> Decision | None:
    return Decision.objects.filter(case=case, state__in=MADE, root=None).order_by("-in_force_at", "-pk").first()


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
