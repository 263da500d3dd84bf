"""News of decisions for those who want notifications. A lock screen is read by others: it says neither what nor who."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import push
from accounts.models import User
from moderation.measures import Measure
from moderation.models import Appeal, Decision
from moderation.reasons import language_of


def decided(decision: Decision) -> None:
    """Nothing: whom it restricts, and whoever reported once a person decided, will hear that there is something."""
    if decision.subject is not None and decision.measure != Measure.NONE:
        _send(decision.subject, "decided", reverse("decision", args=[decision.pk]))
    if not decision.automated and decision.root is None:
        for report in decision.case.reports.exclude(reporter=None).select_related("reporter"):
            _send(report.reporter, "answered", reverse("own_report", args=[report.number]))


def heard(appeal: Appeal) -> None:
    """Nothing: whoever appealed will hear that there is an answer."""
    decision = appeal.decision
    report = decision.case.reports.filter(reporter=appeal.by).first() if decision.measure == Measure.NONE else None
    path = reverse("own_report", args=[report.number]) if report else reverse("decision", args=[decision.pk])
    _send(appeal.by, "heard", path)


def _send(person: User | None, what: str, path: str) -> None:
    if person is None:
        return
    with translation.override(language_of(person)):
        words = {
            "decided": _("The moderators decided something about you. Tap to read it."),
            "answered": _("There is an answer to what you reported."),
            "heard": _("Your appeal was heard. Tap to read the answer."),
        }
        push.send(person, "Stoa", words[what], path)
