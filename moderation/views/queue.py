"""`/console/cases/`: the cases that wait, the gravest first; a page at a time, whatever their number."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.views import member
from moderation.gate import acts_of, console, staff_of
from moderation.queue import Shelf, counts, last_decided, page
from moderation.staff import Act
from moderation.words import SHELVES


@console(Act.READ_CASES)
def queue(request: HttpRequest) -> HttpResponseBase:
    """One shelf of the queue; `after` is the case that stood last on the page before."""
    asked, after = request.GET.get("shelf", ""), request.GET.get("after", "")
    shelf = Shelf(asked) if asked in tuple(Shelf) else Shelf.OPEN
    reader = member(request)
    waiting = counts(reader)
    context = {
        "staff": staff_of(reader),
        "works": Act.WORK in acts_of(reader),
        "shelf": shelf,
        "shelves": [(one, SHELVES[one], waiting.get(one)) for one in Shelf],
        "page": page(reader, shelf, int(after) if after.isdecimal() else None),
        "last": last_decided(),
        "now": timezone.now(),
    }
    return render(request, "console/queue.html", context)
