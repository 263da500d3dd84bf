"""`/console/live/`: the rooms as they are now; a case is opened from there, or one goes in and listens, seen by all."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions import reports
from moderation.audit.source import Source
from moderation.gate import acts_of, console, staff_of
from moderation.live import rooms
from moderation.policies import REPORTED, Policy
from moderation.staff import Act
from moderation.views.answers import audited, number, said
from moderation.words import POLICIES
from rooms.actions.observe import observe
from rooms.roles import Refused


@console(Act.READ_LIVE)
def live(request: HttpRequest) -> HttpResponseBase:
    """The live rooms, or those with the words `q`; `part=rooms` is the list alone, for a page that asks for it anew."""
    words = request.GET.get("q", "").strip()
    reader = member(request)
    found, more = rooms(reader, words)
    allowed = acts_of(reader)
    context = {
        "rooms": found,
        "more": more,
        "words": words,
        "staff": staff_of(reader),
        "opens": Act.OPEN_CASE in allowed,
        "observes": Act.OBSERVE in allowed,
        "pulls": Act.PULL_ROOM in allowed,
        "policies": [(policy.value, POLICIES[policy]) for policy in REPORTED],
        "now": timezone.now(),
    }
    part = request.GET.get("part") == "rooms"
    return render(request, "console/live_rooms.html" if part else "console/live.html", context)


@console(Act.OPEN_CASE)
def open_case(request: HttpRequest) -> HttpResponseBase:
    """Back to the rooms: the case is open, and somebody else's to decide, as they report it."""
    room, who, policy = (request.POST.get(name, "") for name in ("room", "member", "policy"))
    words = _(
        "The case is open, with what can be sealed of the last minute. Somebody else decides, since you report it."
    )
    if request.method == "POST" and policy in tuple(REPORTED):
        user, now, source = member(request), timezone.now(), Source.of_request(request)
        with said(request, Act.OPEN_CASE, words):
            reports.open_case(user, room, number(who), Policy(policy), source=source, now=now)
    return redirect("console_live")


@console(Act.OBSERVE)
def listen_in(request: HttpRequest) -> HttpResponseBase:
    """On to the room, into which one may come for this visit; everybody there is told that moderation listens."""
    room = request.POST.get("room", "")
    if request.method != "POST":
        return redirect("console_live")
    try:
        with audited(request, _("You listen in, and everybody in the room sees it.")):
            observe(member(request), room, source=Source.of_request(request), now=timezone.now())
    except Refused:
        messages.error(request, _("The room is not live any more."), extra_tags="danger")
        return redirect("console_live")
    return redirect("room", room)
