"""The pages of rooms. What changes goes through the API, the socket, or `rooms.actions`."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.http import quote_etag
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from accounts import notice
from accounts.blocks import blocked_by
from accounts.models import Lever, User
from accounts.switches import pulled
from moderation.audit.source import Source
from rooms import calendar, cards, history, roles
from rooms import hallway as halls
from rooms.actions import history as forgetting
from rooms.actions import invites, presence
from rooms.cards import Card
from rooms.models import Member, Reminder, State
from rooms.roles import Refused, Stage

LONGEST_SEARCH = 100
MOST_PAGES = 100


@never_cache
@require_safe
def hallway(request: HttpRequest) -> HttpResponse:
    """The rooms one may enter, or with `q` those that it finds; with `?part=rooms` only the lists, if they changed."""
    q, pages = request.GET.get("q", "").strip()[:LONGEST_SEARCH], _page(request)
    shown = halls.hallway(_person(request), q=q, pages=pages)
    etag = quote_etag(sha256(repr((shown, pages, get_language(), settings.VERSION)).encode()).hexdigest())
    part = request.GET.get("part") == "rooms"
    same = get_conditional_response(request, etag=etag) if part else None
    if same is not None:
        return same
    context = {
        "hosted": [_named(card) for card in shown.hosted],
        "live": [_named(card) for card in shown.live],
        "scheduled": [_named(card) for card in shown.scheduled],
        "off": [_named(card) for card in shown.off],
        "moved": shown.moved,
        "found": shown.found,
        "q": q,
        "etag": etag,
        "more": pages + 1 if shown.more and pages < MOST_PAGES else None,
        "more_live": shown.more_live,
        "closed": None if part else pulled(Lever.SERVER),
    }
    response = render(request, "rooms/_rooms.html" if part else "rooms/hallway.html", context)
    response["ETag"] = etag
    return response


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form that opens a room; its script posts to the API."""
    return render(request, "rooms/new.html", {"closed": pulled(Lever.SERVER)})


@login_not_required
@never_cache
@ensure_csrf_cookie
@require_safe
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    """A room before one joins, and the room itself behind it; 404 for one that is hidden as for one that is not."""
    if not request.user.is_authenticated:
        return strange(request, room_id)
    user = _person(request)
    card = _card(user, room_id)
    language, sections = notice.here().read_in(get_language() or "")
    reminder = Reminder.objects.filter(room=room_id, user=user, asked=True).first()
    before = reminder.asked_for if reminder else None
    blocked = blocked_by(user) if card["state"] == State.LIVE else frozenset()
    heard = cards.heard_here(blocked, room_id)
    mine = Member.objects.filter(room=room_id, user=user).first()
    observing = mine is not None and mine.observes
    context = {
        "card": card,
        "hosting": card["host"]["uid"] == user.uid,
        "reminded": reminder is not None,
        "moved_from": before if before != card["scheduled_for"] else None,
        "blocked": heard,
        "braked": pulled(Lever.JOINS) if card["state"] == State.LIVE else None,
        "observing": observing,
        "on_stage": mine is not None and presence.entry(mine) == Stage.SPEAKING,
        "data": {
            "id": card["id"],
            "observes": observing,
            "moves": move_table(observing=observing),
            "blocks": bool(blocked),
            "warned": [person["uid"] for person in heard],
        },
        "notice": sections,
        "notice_language": language,
    }
    return render(request, "rooms/room.html", context)


def strange(request: HttpRequest, room_id: str) -> HttpResponse:
    """What an open room tells whoever has not signed in; one and the same page for every other address."""
    card = cards.open_card(room_id)
    context = {"card": card, "description": _description(card) if card else "", "public": settings.PUBLIC_URL}
    response = render(request, "rooms/stranger.html", context)
    response.status_code = 200 if card else 404
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@ensure_csrf_cookie
@require_safe
def edit(request: HttpRequest, room_id: str) -> HttpResponse:
    """The form that changes a scheduled room, for its host; its script calls the API."""
    user = _person(request)
    card = _card(user, room_id)
    if card["host"]["uid"] != user.uid or card["state"] != State.SCHEDULED:
        return redirect("room", room_id)
    return render(request, "rooms/edit.html", {"card": card})


@never_cache
@require_safe
def calendar_file(request: HttpRequest, room_id: str) -> HttpResponse:
    """A scheduled room as a calendar takes it; 404 for one that was never scheduled."""
    card = _card(_person(request), room_id)
    if card["scheduled_for"] is None:
        raise Http404
    url = settings.PUBLIC_URL + reverse("room", args=[room_id])
    appointment = calendar.Appointment(
        uid=f"{room_id}@{settings.PUBLIC_HOST}",
        sequence=card["seq"],
        title=card["title"],
        description="\n".join(filter(None, (card["topic"], _hosted(card), url))),
        url=url,
        starts=card["scheduled_for"],
        cancelled=card["state"] == State.ENDED and card["started_at"] is None,
    )
    response = HttpResponse(calendar.write(appointment, timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{room_id}.ics"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def past_rooms(request: HttpRequest) -> HttpResponse:
    """The rooms one was in that are over; on POST the one named, or all of them, are forgotten."""
    user, source = _person(request), Source.of_request(request)
    if request.method == "POST":
        try:
            _forget(user, request.POST.get("room", ""), source)
        except Refused as refused:
            raise Http404 from refused
        return redirect(request.get_full_path())
    page = _page(request)
    shown, more = history.past(user, page)
    if page > 1 and not shown:
        return redirect("history")  # the last of that page was just deleted, or there never was one
    rooms = [{**card, "lasted": history.duration(card["ended_at"] - card["started_at"])} for card in shown]
    return render(request, "rooms/history.html", {"rooms": rooms, "page": page, "next": page + 1 if more else None})


def _forget(user: User, room_id: str, source: Source) -> None:
    if room_id == "all":
        forgetting.forget_all(user, source=source)
    else:
        forgetting.forget(user, room_id, source=source)


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


def move_table(*, observing: bool = False) -> dict[str, list[Iterable[object]]]:
    """The role table for the page's script: each row is where it starts, the move, and who may make it."""
    barred = roles.TAKING_PART if observing else ()
    return {
        "stages": [(stage, move, who.name) for (stage, move), (_, who) in roles.STAGES.items() if move not in barred],
        "ranks": [(rank.name.lower(), move, who.name) for (rank, move), (_, who) in roles.RANKS.items()],
        "out": [(move, who.name) for move, who in roles.OUT.items()],
        "room": [(move, rank.value) for move, rank in roles.ROOM.items()],
    }


def _page(request: HttpRequest) -> int:
    """The number of the page that is asked for; 1, where that is said in no number."""
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1


def _person(request: HttpRequest) -> User:
    """Whoever is signed in: the login middleware lets nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101  # see above
    return request.user


def _hosted(card: Card) -> str:
    return gettext("Hosted by %(name)s") % {"name": card["host"]["name"]}


def _description(card: Card) -> str:
    """Host and time, as other sites show them beside a link."""
    live = card["state"] == State.LIVE
    time = gettext("Live now") if live else f"{date_format(card['scheduled_for'], 'DATETIME_FORMAT')} UTC"
    return f"{_hosted(card)} · {time}"


def _card(user: User, room_id: str) -> dict[str, Any]:
    """The card of a room that exists for this person; else a 404."""
    try:
        return _named(cards.card(user, room_id))
    except Refused as refused:
        raise Http404 from refused


def _named(card: Card) -> dict[str, Any]:
    """The card with the name of its language, in that language."""
    return {**card, "language_name": dict(settings.LANGUAGES).get(card["language"], "")}
