"""What the page of powers asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.powers import MOST_NEWCOMERS, PACES, Power, Reason
from moderation.verdicts import ReasonsForm
from moderation.words import PACE_WORDS, POWER_REASONS


class PowerForm(forms.Form):
    """Why a lever is pulled, and what people read of it."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[(value, POWER_REASONS[value]) for value in Reason])
    words = forms.CharField(
        label=_("What people read"), max_length=300, required=False, help_text=_("Plain words, in their language.")
    )


class RoomForm(PowerForm):
    """What is done to a live room."""

    seconds = forms.TypedChoiceField(
        label=_("Slow mode"),
        choices=[(pace, PACE_WORDS[pace]) for pace in PACES],
        coerce=int,
        required=False,
        empty_value=None,
    )
    power = forms.ChoiceField(choices=[(power.value, power.value) for power in Power], widget=forms.HiddenInput)


class EndForm(ReasonsForm):
    """Why a room is ended at once: what its host reads, and may appeal against."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facts"].help_text = _(
            "The host reads this, and may appeal. The others read that the room was ended."
        )


class LeverForm(PowerForm):
    """What is done to the whole server: `release` lets go what was pulled; only the brake on joins asks how many."""

    most = forms.IntegerField(
        label=_("Newcomers a minute and room"), min_value=0, max_value=MOST_NEWCOMERS, initial=10, required=False
    )
    sure = forms.BooleanField(label=_("I am sure"), required=False)
    release = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, of in (("most", "joins"), ("sure", "server")):
            if name != of:
                del self.fields[field]

    def clean(self) -> dict[str, Any]:
        """The data; whoever suspends the server says that they are sure."""
        data = super().clean() or {}
        if data.get("sure") is False and not data.get("release"):
            self.add_error("sure", _("Say that you are sure: every room ends within a minute."))
        return data
