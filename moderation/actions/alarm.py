"""The staff is told of urgent cases, on the browsers on which they want notifications."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext, override

from accounts import push
from accounts.models import User
from moderation.cases import Actor, State, unfit
from moderation.models import Case, Staff, Step
from moderation.policies import Severity
from moderation.risk import TELL
from moderation.staff import Role

PAUSE = timedelta(minutes=1)
"""Between two alarms: the second of a flood says nothing new."""
_URGENT = Q(severity__gte=Severity.HIGH) | Q(risk__gte=TELL)


def due(case: Case, now: datetime) -> bool:
    """Whether the staff is to be told: the case is urgent and nobody's yet, and no other alarm rang just now."""
    urgent = Case.objects.filter(_URGENT)
    lately = urgent.filter(step=Step.DONE, stepped_at__gt=now - PAUSE).exclude(pk=case.pk)
    lately = lately.exclude(decided_at=F("opened_at"))  # what was decided at once rang for nobody
    return urgent.filter(pk=case.pk, state__in=(State.NEW, State.TRIAGED)).exists() and not lately.exists()


def tell(case: Case, now: datetime) -> None:
    """Tell everybody who could work on it. Nobody is told of a case that they may not work on."""
    for user in _desk(case, now):
        with override(user.language or settings.LANGUAGE_CODE):
            push.send(user, gettext("A case is waiting"), _words(case, now), f"/console/cases/{case.pk}/")


def _desk(case: Case, now: datetime) -> Iterator[User]:
    parties = case.parties
    staff = Staff.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), role__in=(Role.MODERATOR, Role.SENIOR))
    for one in staff.filter(user__is_active=True).select_related("user").order_by("pk"):
        if unfit(Actor(one.user.uid), parties) is None:
            yield one.user


def _words(case: Case, now: datetime) -> str:
    """By when it must be decided, in the language that is active: nothing of what it is about."""
    hours = max(1, math.ceil((case.due_at - now).total_seconds() / 3600))
    return ngettext("Decide it within %(hours)d hour.", "Decide it within %(hours)d hours.", hours) % {"hours": hours}
