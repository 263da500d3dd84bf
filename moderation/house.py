"""What the console asks for about the house itself: its staff, its rules, and what is held beyond its time."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.forms import Day
from moderation.models import Held
from moderation.policies import Policy
from moderation.staff import LONGEST_REVIEW, Role
from moderation.words import ROLES


class StaffForm(forms.Form):
    """Who comes onto the staff, as what, and for how long."""

    user = forms.CharField(label=_("User name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, ROLES[role]) for role in Role])
    days = forms.IntegerField(
        label=_("Days"),
        required=False,
        min_value=1,
        max_value=LONGEST_REVIEW.days,
        help_text=_("Leave it empty for no end; a reviewer and an inspector need one."),
    )

    def clean_user(self) -> User:
        """The person, if there is one by this name."""
        person = User.objects.filter(username__iexact=self.cleaned_data["user"]).first()
        if person is None:
            raise forms.ValidationError(_("There is no such user."))
        return person


class PolicyForm(forms.Form):
    """A new text of a policy."""

    policy = forms.ChoiceField(choices=[(policy, policy) for policy in Policy], widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)  # that the writer has read
    english = forms.CharField(label=_("In English"), max_length=4000, widget=forms.Textarea({"lang": "en", "rows": 3}))
    chinese = forms.CharField(
        label=_("In Chinese"), max_length=4000, widget=forms.Textarea({"lang": "zh-hans", "rows": 3})
    )


class HoldForm(forms.Form):
    """What must be kept beyond its time, why, and when somebody looks at it again."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[(Held.CASE, _("A case")), (Held.PERSON, _("A person")), (Held.ROOM, _("A room"))]
    )
    named = forms.CharField(
        label=_("Which"),
        max_length=150,
        help_text=_("The case's number, the user name, or the end of the room's address."),
    )
    ground = forms.CharField(label=_("On what ground"), max_length=200)
    review = forms.DateField(label=_("Look at it again on"), widget=Day())

    def clean(self) -> dict[str, Any]:
        """The data; a person's name becomes their id."""
        data = super().clean() or {}
        if data.get("kind") == Held.PERSON and data.get("named"):
            person = User.objects.filter(username__iexact=data["named"]).first()
            if person is None:
                self.add_error("named", _("There is no such user."))
            else:
                data["named"] = person.uid
        return data
