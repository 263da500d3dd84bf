"""`/console/cases/`: the cases that wait, the gravest first; a page at a time, whatever their number."""

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.views import member
from moderation.gate import acts_of, console, staff_of
from moderation.queue import Shelf, counts, last_decided, newest, on_shelf, page
from moderation.staff import Act
from moderation.views.answers import number
from moderation.words import SHELVES


@console(Act.READ_CASES)
def queue(request: HttpRequest) -> HttpResponseBase:
    """One shelf of the queue; `after` is the case that stood last on the page before."""
    asked, after = request.GET.get("shelf", ""), request.GET.get("after", "")
    shelf = Shelf(asked) if asked in tuple(Shelf) else Shelf.OPEN
    reader = member(request)
    waiting = counts(reader)
    seen = newest(reader)  # before the page is read: a case that comes meanwhile is on it, and is said to be new
    context = {
        "staff": staff_of(reader),
        "works": Act.WORK in acts_of(reader),
        "shelf": shelf,
        "shelves": [(one, SHELVES[one], waiting.get(one)) for one in Shelf],
        "seen": seen,
        "page": page(reader, shelf, number(after)),
        "last": last_decided(),
        "now": timezone.now(),
    }
    return render(request, "console/queue.html", context)


@console(Act.READ_CASES, noted=False)
def new(request: HttpRequest) -> HttpResponseBase:
    """How many cases wait on each shelf, and words on how many were opened after the case `seen`; empty for none."""
    reader, known = member(request), number(request.GET.get("seen", "")) or 0
    came = on_shelf(reader, Shelf.OPEN).filter(pk__gt=known).count()
    words = ngettext("%(came)d new case", "%(came)d new cases", came) % {"came": came} if came else ""
    return JsonResponse(
        {"words": words, "shelves": {shelf: waiting or "" for shelf, waiting in counts(reader).items()}}
    )
