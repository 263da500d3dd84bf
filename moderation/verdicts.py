"""What the console asks for when somebody decides on a case, an appeal, or on leave to open evidence."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from moderation.actions.decisions import Verdict
from moderation.measures import LONGEST, RULES, Measure
from moderation.models import About, Case, Ground, Result
from moderation.policies import Policy
from moderation.words import POLICIES

VERBS: dict[str, Promise] = {
    Measure.NONE: _("No rule broken"),
    Measure.WARN: _("Warn"),
    Measure.MUTE: _("Mute"),
    Measure.TO_AUDIENCE: _("To the audience"),
    Measure.REMOVE: _("Remove from room"),
    Measure.BAN_ROOM: _("Ban from room"),
    Measure.SUSPEND: _("Suspend"),
    Measure.BAN: _("Ban from server"),
    Measure.END_ROOM: _("End the room"),
    Measure.PRUNE: _("Prune invites"),
    Measure.RESTRICT_REPORTING: _("Restrict reporting"),
}
DAYS = (1, 3, 7, 14, 30, 90, 180, LONGEST.days)
_LINES = {"rows": 3}


def measures(case: Case) -> list[Measure]:
    """What can be decided on this case at all, the mildest first."""
    anybody = case.about != About.NOTICE or case.subject is not None
    fitting = [measure for measure, rule in RULES.items() if bool(case.room) or not rule.in_room]
    if not case.reports.exclude(reporter=None).exists():
        fitting.remove(Measure.RESTRICT_REPORTING)
    return fitting if anybody else [measure for measure in fitting if measure in _ON_NOBODY]


_ON_NOBODY = (Measure.NONE, Measure.RESTRICT_REPORTING)


class ReasonsForm(forms.Form):
    """Why something is decided: all that a statement of reasons asks of whoever decides (DSA Art. 17(3))."""

    policy = forms.ChoiceField(
        label=_("Rule"), choices=[("", _("Please choose")), *((policy.value, POLICIES[policy]) for policy in Policy)]
    )
    facts = forms.CharField(
        label=_("What happened"),
        help_text=_("Whom it concerns reads this; where no rule was broken, so does whoever reported."),
        max_length=2000,
        widget=forms.Textarea(_LINES),
    )
    ground = forms.ChoiceField(
        label=_("Ground"), choices=[(Ground.TERMS, _("Our rules")), (Ground.LAW, _("The law"))], initial=Ground.TERMS
    )
    law = forms.CharField(label=_("Which law"), max_length=200, required=False)

    def verdict_of(self, measure: Measure, lasts: timedelta | None = None, report: int | None = None) -> Verdict:
        """The decision for these reasons, as far as they were understood."""
        said = self.cleaned_data
        ground = Ground(said.get("ground") or Ground.TERMS)
        law = said.get("law", "") if ground is Ground.LAW else ""
        policy = Policy(said.get("policy") or Policy.OTHER)
        return Verdict(measure, policy, said.get("facts", ""), lasts, ground, law, report)


class VerdictForm(ReasonsForm):
    """A decision with its reasons."""

    measure = forms.ChoiceField(label=_("Measure"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(label=_("For how long"), coerce=int, empty_value=None, required=False)
    report = forms.TypedChoiceField(label=_("Whose report"), coerce=int, empty_value=None, required=False)

    def __init__(self, case: Case, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"policy": case.policy, "days": 7})
        self._choose("measure", [(measure, VERBS[measure]) for measure in measures(case)])
        self._choose("days", [(days, _length(days)) for days in DAYS])
        made = case.reports.exclude(reporter=None).order_by("pk").values_list("pk", "number")
        self._choose("report", list(made))

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        field.choices = choices

    def verdict(self) -> Verdict:
        """The decision that the fields say, as far as they were understood; what is not asked for is left out."""
        said = self.cleaned_data
        measure, days = Measure(said.get("measure") or Measure.NONE), said.get("days")
        lasts = timedelta(days=days) if RULES[measure].timed and days else None
        return self.verdict_of(measure, lasts, said.get("report") if measure is Measure.RESTRICT_REPORTING else None)


class HearingForm(forms.Form):
    """The answer to an appeal."""

    result = forms.ChoiceField(
        label=_("Answer"),
        choices=[(Result.UPHELD, _("The decision stands")), (Result.OVERTURNED, _("The decision is overturned"))],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(label=_("Reasons"), max_length=2000, widget=forms.Textarea(_LINES))


class NameForm(forms.Form):
    """Whom or what a notice from outside means."""

    room = forms.CharField(label=_("Room: its link or id"), max_length=300, required=False)
    person = forms.CharField(label=_("Person: their user name"), max_length=150, required=False)

    def clean_room(self) -> str:
        """The id in the link."""
        parts = [part for part in str(self.cleaned_data["room"]).strip().split("/") if part]
        return parts[-1] if parts else ""


class AskForm(forms.Form):
    """Why somebody wants to hear what was sealed."""

    reason = forms.CharField(label=_("Why do you need to hear it?"), max_length=500)


def _length(days: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
