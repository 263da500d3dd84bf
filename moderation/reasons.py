"""The statement of reasons, made of a decision alone: every field of DSA Art. 17(3), in the reader's language."""

from datetime import timedelta

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from moderation.measures import RULES, Measure
from moderation.models import Channel, Decision, Ground
from moderation.outcomes import facts_of, provisional
from moderation.words import MEASURES, POLICIES
from rooms import protocol
from rooms.protocol import Event

LONGEST = 600  # characters of facts that are told at once; the page has all of them


def notice(decision: Decision) -> Event:
    """What the member is told at once, in their language."""
    with translation.override(language_of(decision.subject)):
        words = {"policy": POLICIES[decision.policy], "length": _length(decision), "facts": decision.facts[:LONGEST]}
        text = _("%(policy)s. %(length)s %(facts)s") if words["length"] else _("%(policy)s. %(facts)s")
        return protocol.measure(decision.measure, text % words, decision.pk)


def statement(decision: Decision) -> list[tuple[str, str]]:
    """Each field with its title, in the language that is active."""
    return [
        (_("What was decided"), _what(decision)),
        (_("How long"), _how_long(decision)),
        (_("What it is about"), facts_of(decision)),
        (_("How we came to know"), _known(decision)),
        (_("Whether machines decided"), _machines(decision)),
        (_("On what ground"), _ground(decision)),
        (_("What you can do"), _redress(decision)),
    ]


def language_of(person: User | None) -> str:
    """The language they read; the server's own where they chose none."""
    return (person.language if person else "") or translation.get_language() or "en"


def _what(decision: Decision) -> str:
    where = (
        _("It holds in this room.") if RULES[Measure(decision.measure)].in_room else _("It holds on this whole server.")
    )
    return _("%(measure)s. %(where)s") % {"measure": MEASURES[decision.measure], "where": where}


def _how_long(decision: Decision) -> str:
    return _length(decision) or _("It was done once and does not go on.")


def _length(decision: Decision) -> str:
    """How long it holds; empty for what was done once."""
    if decision.measure == Measure.BAN:
        return _("Without an end.")
    if decision.measure == Measure.BAN_ROOM:
        return _("As long as this room goes on.")
    if decision.until is None:
        return ""
    until = formats.date_format(timezone.localtime(decision.until), "DATETIME_FORMAT")
    days = -(-(decision.lasts or timedelta()) // timedelta(days=1))
    length = ngettext("For one day", "For %(days)d days", days) % {"days": days}
    return _("%(length)s, until %(until)s UTC.") % {"length": length, "until": until}


def _known(decision: Decision) -> str:
    if decision.measure == Measure.RESTRICT_REPORTING:
        return _("We looked into it ourselves.")
    before = decision.case.concerning.filter(made_at__lte=decision.made_at)
    channels = set(before.values_list("channel", flat=True))
    if channels & {Channel.ROOM, Channel.PROFILE, Channel.NOTICE}:
        return _("Somebody reported it. We never say who.")
    return _("We looked into it ourselves.")


def _machines(decision: Decision) -> str:
    if decision.automated:
        return _("The decision was made by the server itself, without a person.")
    hints = decision.case.hints.all()
    if decision.in_force_at is not None:  # what is heard afterwards, for an appeal, had no part in it
        hints = hints.filter(made_at__lte=decision.in_force_at)
    if hints.exists():
        return _("A person decided. Programs gave hints on where to look first.")
    return _("A person decided, and no program had a part in it.")


def _ground(decision: Decision) -> str:
    words = {"policy": POLICIES[decision.policy], "version": decision.policy_version, "law": decision.law}
    if decision.ground == Ground.LAW:
        return _("The law: %(law)s. It forbids what falls under “%(policy)s”.") % words
    return _("The rules of this server: “%(policy)s”, version %(version)s. It stands under “Rules”.") % words


def _redress(decision: Decision) -> str:
    if decision.appeal_until is None:
        return ""
    if provisional(decision):
        return _(
            "A person looks at it in any case. Once they have decided, you can appeal here for six months, for free; "
            "somebody who had no part in the decision will hear it. You may also turn to a body that settles disputes "
            "out of court, or to a court."
        )
    until = formats.date_format(timezone.localtime(decision.appeal_until), "DATE_FORMAT")
    words = _(
        "Until %(until)s you can appeal here, for free; somebody who had no part in the decision will hear it. "
        "You may also turn to a body that settles disputes out of court, or to a court."
    )
    return words % {"until": until}
