"""What the console, and the pages of those whom a case concerns, ask for."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.audit.models import Entry
from moderation.audit.opened import opened
from moderation.models import Authority, Wish
from moderation.policies import REPORTED
from moderation.words import AUTHORITIES, POLICIES, RESULTS, WISHES
from rooms.models import known

LONGEST = 366


class Day(forms.DateInput):
    """A field with a calendar: browsers want its day as ISO 8601 has it, whatever the language of the page."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day with others before and after it, as moments are reckoned from it."""

    def __init__(self, **how: Any) -> None:
        bounds = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
        super().__init__(widget=Day(), validators=bounds, **how)


class PeriodForm(forms.Form):
    """From a day to a day, both included, in UTC."""

    start = DayField(label=_("From"))
    end = DayField(label=_("Up to and with"))

    def clean(self) -> dict[str, Any]:
        """The two moments `start` and `end`, the second just after its day."""
        data = super().clean() or {}
        first, last = data.get("start"), data.get("end")
        if first and last and not timedelta(0) <= last - first < timedelta(days=LONGEST):
            self.add_error("end", _("The last day must not come before the first, and a year is the longest."))
        elif first and last:
            data["start"] = datetime.combine(first, time(), UTC)
            data["end"] = datetime.combine(last + timedelta(days=1), time(), UTC)
        return data


class SpanForm(forms.Form):
    """From a day to a day, both included, in UTC; without the one or the other, from the beginning or to the end."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Up to and with"), required=False)

    def clean(self) -> dict[str, Any]:
        """The data, with moments for days, the second just after its day."""
        data = super().clean() or {}
        first, last = data.get("since"), data.get("until")
        data["since"] = datetime.combine(first, time(), UTC) if first else None
        data["until"] = datetime.combine(last + timedelta(days=1), time(), UTC) if last else None
        return data


class MomentField(forms.DateTimeField):
    """A minute in UTC, with others before and after it; a day alone is its first minute."""

    def __init__(self, **how: Any) -> None:
        clock = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        bounds = [
            MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
            MaxValueValidator(datetime(3000, 1, 1, tzinfo=UTC)),
        ]
        super().__init__(widget=clock, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], validators=bounds, **how)


class SearchForm(forms.Form):
    """What to look for in the log; an empty field asks for nothing."""

    actor = forms.CharField(label=_("Who acted (user name or id)"), max_length=150, required=False)
    person = forms.CharField(label=_("Person (user name or id)"), max_length=150, required=False)
    action = forms.CharField(
        label=_("Act"),
        help_text=_("As an entry has it, such as account.sign_in"),
        max_length=60,
        required=False,
    )
    room = forms.CharField(label=_("Room (the last part of its address)"), max_length=32, required=False)
    address = forms.GenericIPAddressField(label=_("Network address"), required=False)
    case = forms.CharField(label=_("Case"), max_length=32, required=False)
    policy = forms.CharField(label=_("Rule"), max_length=60, required=False)
    result = forms.ChoiceField(label=_("How it ended"), choices=[("", _("Any way")), *RESULTS.items()], required=False)
    since = MomentField(label=_("From (UTC)"), required=False)
    until = MomentField(label=_("Before (UTC)"), required=False)
    before = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    field_order = ("actor", "person", "action", "room", "address", "case", "policy", "result", "since", "until")

    def clean_actor(self) -> str:
        """The id of whoever acted."""
        return _id_of(self.cleaned_data["actor"])

    def clean_person(self) -> str:
        """The id of whoever had a part in it."""
        return _id_of(self.cleaned_data["person"])


def _id_of(named: str) -> str:
    """The person's id; what is no user name is taken for an id, which may be of somebody who is gone."""
    user = User.objects.filter(username__iexact=named).first() if named else None
    return user.uid if user else named


class BeforeForm(forms.Form):
    """Where a page of a register begins: with what has a lower number than this."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class LawfulForm(PeriodForm):
    """What an authority asks for: on what ground, and for which part of the log."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(value, AUTHORITIES[value]) for value in Authority.values])
    authority = forms.CharField(label=_("Authority"), max_length=200)
    ground = forms.CharField(label=_("Legal ground and number of the letter"), max_length=500)
    person = forms.CharField(label=_("Person (user name)"), max_length=150, required=False)
    room = forms.CharField(label=_("Room (the last part of its address)"), max_length=12, required=False)
    field_order = ("kind", "authority", "ground", "person", "room", "start", "end")

    def clean_room(self) -> str:
        """The room's id, and no name in its place: the log has it in the open for good."""
        room: str = self.cleaned_data["room"]
        if room != known(room):
            raise forms.ValidationError(_("There is no such room."))
        return room

    def clean(self) -> dict[str, Any]:
        """The data, if it names a person or a room."""
        data = super().clean()
        if not data.get("person") and not data.get("room"):
            self.add_error("person", _("Name a person or a room: nobody gets the whole log."))
        return data


class AppealForm(forms.Form):
    """Why a decision is wrong."""

    words = forms.CharField(
        label=_("Why is it wrong?"),
        help_text=_("What happened, in your words. Only the staff of this server reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class NoticeForm(forms.Form):
    """A notice of somebody outside, with what DSA Art. 16(2) asks of one."""

    where = forms.CharField(
        label=_("Where is it?"),
        help_text=_("The link of the room, or its title, and when it was."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    policy = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=[("", _("Please choose")), *((policy.value, POLICIES[policy]) for policy in REPORTED)],
    )
    what = forms.CharField(
        label=_("What happened, and why is it illegal or against the rules?"),
        help_text=_("Who said or did it, as far as you know, and what exactly."),
        max_length=780,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address, if you like"),
        help_text=_(
            "For a question back, and to tell you what became of your notice: only those who decide on it see it. "
            "You may leave it empty, and we never ask for it where children are harmed. It is deleted once you were "
            "told, and when the case is closed or after a year at the latest. Only a legal hold keeps it longer."
        ),
        max_length=254,
        required=False,
    )
    good_faith = forms.BooleanField(label=_("To the best of my knowledge, what I write is accurate and complete."))

    def words(self) -> str:
        """The place and what happened there, as the staff reads it."""
        return f"{self.cleaned_data['where']}\n\n{self.cleaned_data['what']}"


class DataRequestForm(forms.Form):
    """What somebody asks of their own data."""

    wish = forms.ChoiceField(
        label=_("What do you want?"), choices=[(wish, WISHES[wish]) for wish in Wish.values if wish != Wish.ACCESS]
    )
    words = forms.CharField(label=_("Which data, and why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    """The answer to a request."""

    words = forms.CharField(
        label=_("Your answer"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class UnmaskForm(forms.Form):
    """Whose name somebody wants to know, and why."""

    person = forms.RegexField(
        label=_("Id, or # and the number of an entry for whoever acted in it"),
        regex=r"^([0-9a-f]{16}|#[0-9]{1,18})$",
        max_length=19,
    )
    reason = forms.CharField(label=_("Why must you know?"), max_length=500)

    def clean(self) -> dict[str, Any]:
        """The data; `entry` is the number of the entry, and `person` then the id of whoever acted in it."""
        data = super().clean() or {}
        named = str(data.get("person", ""))
        entry = int(named[1:]) if named.startswith("#") else None
        if entry is None:
            return {**data, "entry": None}
        found = opened(Entry.objects.filter(pk=entry))
        return {**data, "entry": entry, "person": str(found[0].fields["actor"] or "") if found else ""}


class ReflexForm(forms.Form):
    """A reflex, on or off."""

    on = forms.BooleanField(label=_("On"), required=False)
    limit = forms.IntegerField(
        label=_("Turn it off by itself when more than this share is undone, in per cent"),
        min_value=0,
        max_value=100,
    )
