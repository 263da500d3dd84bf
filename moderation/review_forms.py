"""What the pages of the security review ask for: reviews, findings, statements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.forms import DayField, PeriodForm
from moderation.models import Reason, Severity
from moderation.review.catalogue import TOPICS
from moderation.words import PROFILES, SEVERITIES


class ReviewForm(PeriodForm):
    """A review: of what, and of which days."""

    profile = forms.ChoiceField(label=_("Report"), choices=list(PROFILES.items()))
    field_order = ("profile", "start", "end")


class FileForm(forms.Form):
    """That a report was filed."""

    authority = forms.CharField(label=_("Filed with"), max_length=200)
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=100)


class FindingForm(forms.Form):
    """A finding that a person made."""

    title = forms.CharField(label=_("What is wrong?"), max_length=200)
    severity = forms.ChoiceField(
        label=_("How bad is it?"), choices=[(value, SEVERITIES[value]) for value in Severity.values], initial="major"
    )


class TakeForm(forms.Form):
    """Who mends a finding, and until when."""

    due = DayField(label=_("Mend it by"))


class CloseForm(forms.Form):
    """What shows that a finding was mended."""

    proof = forms.CharField(label=_("What shows that it is mended?"), max_length=500)


class StatementForm(forms.Form):
    """What the operator states on a topic, in one language or both."""

    topic = forms.ChoiceField(choices=[(topic, topic) for topic in TOPICS], widget=forms.HiddenInput)
    chinese = forms.CharField(
        label=_("In Chinese"), max_length=4000, required=False, widget=forms.Textarea({"lang": "zh-hans", "rows": 3})
    )
    english = forms.CharField(
        label=_("In English"), max_length=4000, required=False, widget=forms.Textarea({"lang": "en", "rows": 3})
    )


class TriggerForm(forms.Form):
    """What only people can notice: that an assessment is due."""

    reason = forms.ChoiceField(
        label=_("What happened?"),
        choices=[
            (Reason.SPREAD, _("Unlawful information spread in spite of the measures")),
            (Reason.NOTICE, _("An authority asked for an assessment in writing")),
        ],
    )
    words = forms.CharField(label=_("In a few words"), max_length=500)
