"""News for whom a decision or an answer concerns. A lock screen is read by others: it says neither what nor who."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import push
from accounts.models import User
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import Appeal, DataRequest, Decision
from moderation.reasons import language_of
from rooms import protocol
from rooms.actions.orders import tell

FRESH = timedelta(weeks=4)
"""It waits for a browser that long: whoever is away for a while still has most of the time in which to appeal."""


def decided(decision: Decision) -> None:
    """Nothing: whom it restricts, and whoever reported once a person decided, will hear that there is something."""
    if decision.subject is not None and decision.measure != Measure.NONE:
        _send(decision.subject, "decided", reverse("decision", args=[decision.pk]))  # in a room, the measure tells it
    if not decision.automated and decision.root is None:
        for report in decision.case.reports.exclude(reporter=None).select_related("reporter"):
            _tell(report.reporter, "answered", reverse("own_report", args=[report.number]))


def heard(appeal: Appeal) -> None:
    """Nothing: whoever appealed will hear that there is an answer."""
    decision = appeal.decision
    report = decision.case.reports.filter(reporter=appeal.by).first() if decision.measure == Measure.NONE else None
    path = reverse("own_report", args=[report.number]) if report else reverse("decision", args=[decision.pk])
    _tell(appeal.by, "heard", path)


def settled(request: DataRequest) -> None:
    """Nothing: whoever asked something of their own data will hear that there is an answer."""
    _tell(request.user, "settled", reverse("own_data"))


def _tell(person: User | None, what: str, path: str) -> None:
    """Nothing: they are notified, and told at once in the rooms they are in."""
    if person is None:
        return
    event = protocol.news(_send(person, what, path), path)
    now, source = timezone.now(), Source.internal("celery")
    transaction.on_commit(lambda: tell(person, event, source=source, now=now), robust=True)


def _send(person: User, what: str, path: str) -> str:
    """What they are notified of, in their language."""
    with translation.override(language_of(person)):
        words = {
            "decided": _("The moderators decided something about you. Tap to read it."),
            "answered": _("There is an answer to what you reported."),
            "heard": _("Your appeal was heard. Tap to read the answer."),
            "settled": _("There is an answer to what you asked about your data."),
        }
        push.send(person, "Stoa", words[what], path, timezone.now() + FRESH)
        return words[what]
