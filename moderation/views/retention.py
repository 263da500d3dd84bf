"""`/console/retention/`: what is kept and for how long, what goes next, and what is held beyond its time."""

from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation import dossier, leaving
from moderation.actions import holds
from moderation.audit import people, prune
from moderation.audit.models import Entry, Hold
from moderation.gate import acts_of, console, staff_of
from moderation.house import HoldForm
from moderation.models import Case, Evidence, Held, HoldRequest
from moderation.staff import Act
from moderation.views.answers import said, who

SHOWN = 20


@console(Act.READ_RETENTION)
def retention(request: HttpRequest) -> HttpResponseBase:
    """The page."""
    return _shown(request, HoldForm())


def _shown(request: HttpRequest, form: HoldForm) -> HttpResponseBase:
    held = list(Hold.objects.filter(released_at=None).order_by("review_at"))
    keyed = people.by_id([hold.person for hold in held if hold.person])
    waiting = HoldRequest.objects.filter(decided_at=None).select_related("asked_by").order_by("pk")
    reader, now = member(request), timezone.now()
    leavers, first = leaving.leavers(settings.STOA_PROFILE, now, SHOWN)
    uids = {person.uid for person in keyed.values()} | {one.object_id for one in waiting}
    context = {
        **_kept(),
        "leavers": leavers,
        "first_leavers": first,
        "holds": [_row(hold, keyed[hold.person].uid if hold.person in keyed else "", reader) for hold in held],
        "asked": [(one, one.asked_by != reader and _free(one, one.object_id, reader)) for one in waiting],
        "names": dossier.names(uids),
        "form": form,
        "staff": staff_of(reader),
        "holding": Act.HOLD in acts_of(reader),
        "now": now,
    }
    return render(request, "console/retention.html", context)


def _row(hold: Hold, person: str, reader: User) -> dict[str, Any]:
    """A hold on the page; `person` is whose id it holds, if anybody's."""
    return {"hold": hold, "person": person, "free": _free(hold, person or hold.object_id, reader)}


def _free(held: Hold | HoldRequest, object_id: str, reader: User) -> bool:
    """Whether they have no part in what is held."""
    return holds.part(held.object_type, object_id, reader) is None


def _kept() -> dict[str, Any]:
    """What there is of each kind, and what of it goes next."""
    tracks: QuerySet[Evidence] = Evidence.objects.filter(destroyed_at=None)
    keys = Case.objects.exclude(secret=None)
    oldest = Entry.objects.aggregate(at=Min("recorded_at"))["at"]
    profile = settings.STOA_PROFILE
    return {
        "profile": profile,
        "evidence": tracks.aggregate(n=Count("pk"), bytes=Sum("size", default=0), next=Min("expires_at")),
        "next": tracks.select_related("case").order_by("expires_at", "pk")[:SHOWN],
        "keys": keys.aggregate(n=Count("pk"), next=Min("seal_until")),
        "log": {"n": Entry.objects.count(), "oldest": oldest, "days": prune.days("", profile)},
        "case_days": prune.days("case.", profile),
        "long_days": prune.days("log.", profile),
        "destroyed": Evidence.objects.exclude(destroyed_at=None).count(),
    }


@console(Act.HOLD)
def ask(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with the new request; the form again where it makes no sense."""
    form = HoldForm(request.POST or None)
    if not form.is_valid():
        return _shown(request, form)
    data = form.cleaned_data
    review_at = datetime.combine(data["review"], time(), UTC)
    with said(request, Act.HOLD, _("Asked. A second person decides now.")):
        holds.ask(Held(data["kind"]), data["named"], data["ground"], review_at, **who(request))
    return redirect("console_retention")


@console(Act.HOLD)
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; the hold is placed or refused."""
    if request.method == "POST":
        placed = request.POST.get("decision") == "place"
        words = _("Held. It is kept until somebody releases it.") if placed else _("Refused. Its time runs on.")
        with said(request, Act.HOLD, words):
            holds.decide(pk, placed, **who(request))
    return redirect("console_retention")


@console(Act.HOLD)
def release(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page; the hold is over."""
    if request.method == "POST":
        with said(request, Act.HOLD, _("Released. Its time runs on.")):
            holds.release(pk, **who(request))
    return redirect("console_retention")
