"""People who end their account, and what must hold of it whatever is killed: acts that `actor` mixes in."""

from datetime import timedelta

from accounts import actions as people
from accounts.actions import push as browsers
from accounts.models import User, new_uid
from moderation.actions import endings
from moderation.ending import QUIET
from rooms.actions import presence
from tests.flows.casework import Anybody

LEFT = """
from datetime import timedelta
from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone
from accounts.models import InviteCode, User
from moderation.actions import endings, erasures
from moderation.audit.erase import NeededError
from moderation.ending import PLAN, QUIET, Fate
from rooms.models import Member
now = timezone.now() + 2 * QUIET
endings.clear(now), endings.sweep(now)
ended, erased = User.objects.exclude(ended_at=None), User.objects.exclude(erased_at=None)
way_in = Q(is_active=True) | Q(is_staff=True) | ~Q(password__startswith="!") | ~Q(avatar="")
codes = InviteCode.objects.filter(issuer__in=ended, created_at__lt=F("issuer__ended_at"))
found = {
    "a way in": ended.filter(way_in).count(),
    "a place in a room": Member.objects.filter(user__in=ended, present=True).count(),
    "a code": codes.filter(revoked_at=None, uses_left__gt=0).count(),
    "a name": erased.exclude(username__startswith="ended-").count() + erased.exclude(display_name="").count(),
    "an erasure without an end": erased.filter(ended_at=None).count(),
}
def needed(user):
    try:
        return erasures.wait(user.uid, now)
    except NeededError:
        return True
free = [user.pk for user in erased if not needed(user)]
for place, fate in PLAN.items():
    model, _, column = place.rpartition(".")
    whose = {Fate.CLOSED: ended, Fate.ERASED: free, Fate.EMPTIED: free}.get(fate)
    if whose is not None:
        found[place] = apps.get_model(model)._default_manager.filter(**{f"{column}__in": whose}).count()
print({what: number for what, number in found.items() if number})
"""
"""Says what is left of those whose account has ended: nothing, once the sweeps have been there.

What they wrote as they were erased waits as any other does for the end of a case: an appeal, which somebody hears.
"""


def live(one: Anybody) -> None:
    """Somebody who came in does this and that, so that there is something to end."""
    if who := _newcomer(one):
        people.block(who, one.who.uid, **one.terms)
        people.issue(who, uses=1, days=1, **one.terms)
        endpoint = f"https://nobody.example/{who.uid}"
        browsers.subscribe(who, browsers.Browser("n" * 32, endpoint, "B" * 87, "A" * 22), **one.terms)
        if room := one.room():
            presence.join(who, room.pk, presence.Session(new_uid(), "actor", "tab"), **one.terms)


def end(one: Anybody) -> None:
    """Somebody who came in ends their account, or the operator does; twice is once too often."""
    if who := _newcomer(one):
        endings.close(who, by=one.chance.choice([who, None]), **one.terms)


def erase_ended(one: Anybody) -> None:
    """The sweeps, as the clock has them come a minute later, beside those of the worker."""
    later = one.now + QUIET
    endings.clear(later)
    endings.sweep(later)
    if one.chance.random() < 0.2:
        endings.forget(later + timedelta(minutes=1))


ACTS = (live, live, end, erase_ended)


def _newcomer(one: Anybody) -> User | None:
    who: User | None = one.pick(User.objects.filter(username__startswith="new_"))
    return who
