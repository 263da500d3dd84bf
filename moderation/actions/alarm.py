"""The staff is told of urgent cases at once, and of all else that waits for them: on the browsers on which they want
notifications.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from accounts import push
from accounts.models import PushSubscription, User
from moderation import waiting
from moderation.cases import Actor, State, unfit
from moderation.models import Case, Staff, Step
from moderation.policies import Severity
from moderation.risk import TELL
from moderation.staff import Role
from moderation.waiting import Wait
from moderation.words import WAITS

PAUSE = timedelta(minutes=1)
"""Between two alarms while the first still waits: the second of a flood says nothing new."""
QUIET = timedelta(minutes=10)
"""Between two notices of the same kind to the same person, however much comes to wait meanwhile."""
AGAIN = timedelta(days=1)
"""After so long they are told again of what still waits."""
LATE = timedelta(hours=1)
"""For so long they are still told of a case whose time is up, or nearly."""
_Known = tuple[int, datetime]
_NOBODYS = (State.NEW, State.TRIAGED)
_URGENT = Q(severity__gte=Severity.HIGH) | Q(risk__gte=TELL)


def due(case: Case, now: datetime) -> bool:
    """Whether the staff is to be told: the case is urgent and nobody's yet, and no other one like it rang just now."""
    urgent = Case.objects.filter(_URGENT)
    # What somebody has, or has decided, rang for nobody or was answered: either way this one is news.
    alike = urgent.filter(state__in=_NOBODYS)
    lately = alike.filter(step=Step.DONE, stepped_at__gt=now - PAUSE).exclude(pk=case.pk)
    return alike.filter(pk=case.pk).exists() and not lately.exists()


def tell(case: Case, now: datetime) -> None:
    """Tell everybody who could work on it. Nobody is told of a case that they may not work on."""
    end = max(case.due_at, now + LATE)
    for user in _desk(case, now):
        with override(user.language or settings.LANGUAGE_CODE):
            push.send(user, gettext("A case is waiting"), _words(case, now), f"/console/cases/{case.pk}/", end)


def remind(now: datetime) -> None:
    """Tell everybody of the staff what has come to wait for them since they were told last: how much of which kind.

    What they know already is numbers in the cache. Where it is lost they are told twice rather than never.
    """
    reached = Staff.objects.filter(user__is_active=True, user__in=PushSubscription.objects.values("user"))
    for one in reached.select_related("user").order_by("pk"):
        key = f"moderation.waiting:{one.user.uid}"
        known = _read(cache.get(key, {}))
        here = waiting.counts(one, now)
        seen = {wait: _told(one.user, wait, here.get(wait, 0), known.get(wait), now) for wait in {*here, *known}}
        if seen != known:
            kept = {wait: (number, at.isoformat()) for wait, (number, at) in seen.items()}
            cache.set(key, kept, timeout=2 * AGAIN.total_seconds())


def _read(kept: Mapping[str, tuple[int, str]]) -> dict[Wait, _Known]:
    """What the cache has of what somebody knows."""
    return {Wait(name): (number, datetime.fromisoformat(at)) for name, (number, at) in kept.items()}


def _told(user: User, wait: Wait, number: int, before: _Known | None, now: datetime) -> _Known:
    """How much of this kind they know of, and since when: they are told now, unless they knew or it is quiet."""
    known, at = before or (0, now - AGAIN)
    if number == 0 or (at > now - AGAIN and (number <= known or at > now - QUIET)):
        return min(number, known), at
    kind = waiting.KINDS[wait]
    address = reverse(kind.page) + (f"?shelf={kind.shelf}" if kind.shelf else "")
    with override(user.language or settings.LANGUAGE_CODE):
        words = ngettext("%(number)d is waiting for you.", "%(number)d are waiting for you.", number)
        push.send(user, str(WAITS[wait]), words % {"number": number}, address, now + AGAIN)
    return number, now


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
