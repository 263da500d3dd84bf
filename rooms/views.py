"""The pages of rooms. What changes goes through the API, the socket, or `rooms.actions`."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from accounts import notice
from accounts.models import User
from moderation.audit.source import Source
from rooms import cards, roles
from rooms.actions import invites
from rooms.cards import Card
from rooms.models import State
from rooms.roles import Refused


@never_cache
@require_safe
def hallway(request: HttpRequest) -> HttpResponse:
    """The rooms one may enter: the whole page, or with `?part=rooms` only the lists, for the page that is open."""
    shown = [_named(card) for card in cards.hallway(_person(request), timezone.now())]
    context = {
        state.value: [card for card in shown if card["state"] == state] for state in (State.LIVE, State.SCHEDULED)
    }
    template = "rooms/_rooms.html" if request.GET.get("part") == "rooms" else "rooms/hallway.html"
    return render(request, template, context)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form that opens a room; its script posts to the API."""
    return render(request, "rooms/new.html")


@never_cache
@ensure_csrf_cookie
@require_safe
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    """A room before one joins, and the room itself behind it; 404 for one that is hidden as for one that is not."""
    user = _person(request)
    try:
        card = cards.card(user, room_id)
    except Refused as refused:
        raise Http404 from refused
    language, sections = notice.here().read_in(get_language() or "")
    context = {
        "card": _named(card),
        "hosting": card["host"]["uid"] == user.uid,
        "data": {"id": card["id"], "moves": move_table()},
        "notice": sections,
        "notice_language": language,
    }
    return render(request, "rooms/room.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """What a room invite opens, and on POST into the room; 404 for a wrong, used-up, expired or revoked one alike."""
    user, now = _person(request), timezone.now()
    try:
        if request.method == "POST":
            return redirect("room", invites.redeem(user, token, source=Source.of_request(request), now=now))
        invite = invites.look(user, token, now=now)
    except Refused as refused:
        raise Http404 from refused
    return render(request, "rooms/invited.html", {"room": invite.room, "stage": invite.stage})


def move_table() -> dict[str, list[Iterable[object]]]:
    """The role table for the page's script: each row is where it starts, the move, and who may make it."""
    return {
        "stages": [(stage, move, who.name) for (stage, move), (_, who) in roles.STAGES.items()],
        "ranks": [(rank.name.lower(), move, who.name) for (rank, move), (_, who) in roles.RANKS.items()],
        "out": [(move, who.name) for move, who in roles.OUT.items()],
        "room": [(move, rank.value) for move, rank in roles.ROOM.items()],
    }


def _person(request: HttpRequest) -> User:
    """Whoever is signed in: the login middleware lets nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101  # see above
    return request.user


def _named(card: Card) -> dict[str, Any]:
    """The card with the name of its language, in that language."""
    return {**card, "language_name": dict(settings.LANGUAGES).get(card["language"], "")}
