"""WHIP (RFC 9725) and WHEP: an encoder speaks, a player listens, each by one HTTP request with a room token."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import strangers
from moderation.audit.source import Source
from rooms import door, ice, media, refusals, tokens
from rooms.actions import presence
from rooms.actions.presence import Joined, Session
from rooms.models import known
from rooms.process import here
from rooms.protocol import MAX_SDP
from rooms.roles import Code, Refused
from rooms.sfu.messages import Answer
from rooms.tokens import RoomToken

_SDP, _FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
_UFRAG = re.compile(r"^a=ice-ufrag:([A-Za-z0-9+/]{4,256})\r?$", re.MULTILINE)
_CORS = {
    "Accept-Post": _SDP,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "Location, Link, ETag, Accept-Patch, Retry-After",
    "Access-Control-Max-Age": "86400",
}
_SOON = "2"
"""Seconds after which to try again what was unavailable: a media process that was started anew is there by then."""
_AT_THE_DOOR = frozenset({Code.BAD_TOKEN, Code.SUSPENDED, Code.FORBIDDEN, Code.BAD_TYPE, Code.TOO_LARGE})
"""Refusals that no action has written to the log."""
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def _endpoint(*methods: str) -> Callable[[View], View]:
    """A view for any origin, without a browser's session; refusals become JSON, OPTIONS is answered here."""
    allowed = ", ".join((*methods, "OPTIONS"))

    def around(view: View) -> View:
        @wraps(view)
        async def inner(request: HttpRequest, room_id: str, *rest: str, **more: str) -> HttpResponse:
            response = await _answer(view, methods, request, room_id, *rest, **more)
            for name, value in (*_CORS.items(), ("Access-Control-Allow-Methods", allowed), ("Allow", allowed)):
                response.headers[name] = value
            if response.status_code == 503:
                response.headers["Retry-After"] = _SOON
            return response

        return csrf_exempt(login_not_required(inner))

    return around


async def _answer(
    view: View, methods: tuple[str, ...], request: HttpRequest, room_id: str, *rest: str, **more: str
) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method not in methods:
        return JsonResponse({"code": "method_not_allowed", "message": f"Only {', '.join(methods)}."}, status=405)
    try:
        return await view(request, room_id, *rest, **more)
    except Refused as refused:
        return await _refusal(request, room_id, refused.code)
    except DatabaseError:
        return JsonResponse(refusals.body(Code.UNAVAILABLE), status=503)


async def _refusal(request: HttpRequest, room_id: str, code: Code) -> HttpResponse:
    response = JsonResponse(refusals.body(code), status=refusals.status(code))
    if code is Code.BAD_TOKEN:
        response.headers["WWW-Authenticate"] = 'Bearer realm="room"'
    if code in _AT_THE_DOOR:
        source = Source.of_request(request)
        await here().in_thread(strangers.note, "room_token.use", source, code.value, known(room_id))
    return response


@_endpoint("POST")
async def publish(request: HttpRequest, room_id: str) -> HttpResponse:
    """WHIP: the encoder joins on the stage, and is sent nothing."""
    token = _bearer(request, room_id)
    if not token.speak:
        raise Refused(Code.FORBIDDEN)
    return await _begin(request, token, listen=False)


@_endpoint("POST")
async def play(request: HttpRequest, room_id: str) -> HttpResponse:
    """WHEP: the player joins the audience."""
    return await _begin(request, _bearer(request, room_id), listen=True)


@_endpoint("DELETE", "PATCH")
async def session(request: HttpRequest, room_id: str, session: str) -> HttpResponse:
    """End the session, or its ICE anew; the one whose token began it can."""
    token = _bearer(request, room_id)
    if not session.isalnum():
        raise Refused(Code.NOT_FOUND)
    if request.method == "PATCH":
        return await _ice(request, token, session)
    ended = await here().in_thread(_end, token, session, _source(request))
    if not ended:
        raise Refused(Code.NOT_FOUND)
    return HttpResponse(status=200)


async def _ice(request: HttpRequest, token: RoomToken, session: str) -> HttpResponse:
    """RFC 9725, section 4.3: candidates are taken and not needed, or the ICE session begins anew."""
    tag = request.headers.get("If-Match", "")
    if not tag:
        message = "Say by If-Match which ICE session is meant, or * to begin a new one."
        return JsonResponse({"code": "no_if_match", "message": message}, status=428)
    fragment = _body(request, _FRAGMENT)
    if tag == "*" and not _UFRAG.search(fragment):
        raise Refused(Code.BAD_SDP)
    lease = await here().in_thread(_lease, token, session, _source(request))
    answer = await here().ice(lease, session, anew=tag == "*")
    current = _tag(answer.sdp)
    if tag == "*":
        return HttpResponse(answer.sdp, content_type=_FRAGMENT, headers={"ETag": current})
    if tag != current:
        return JsonResponse({"code": "stale", "message": "That ICE session is over."}, status=412)
    return HttpResponse(status=204)


def _lease(token: RoomToken, session: str, source: Source) -> str:
    """The lease of this session. Raises `Refused`: NOT_FOUND when it is not theirs or over, TOO_MANY."""
    user = tokens.holder(token)
    door.count_ice(user, token.room, source)
    seat = presence.seat_of(token.room, user.uid, session)
    lease = presence.lease_of(seat) if seat else ""
    if not lease:
        raise Refused(Code.NOT_FOUND)
    return lease


def _tag(sdp: str) -> str:
    """The entity tag of an ICE session: it is new with each restart, as our user name is."""
    found = _UFRAG.search(sdp)
    return f'"{found[1] if found else ""}"'


async def _begin(request: HttpRequest, token: RoomToken, *, listen: bool) -> HttpResponse:
    sdp, peer = _body(request, _SDP), media.new_peer(media.SESSION)
    answer = await asyncio.shield(_connect(token, peer, sdp, _source(request), listen=listen))
    response = HttpResponse(answer.sdp, status=201, content_type=_SDP)
    response.headers["Location"] = reverse("whip_session", args=[token.room, peer])
    response.headers["ETag"] = _tag(answer.sdp)
    response.headers["Accept-Patch"] = _FRAGMENT
    links = [_link(server) for server in ice.servers(token.uid, timezone.now().timestamp())]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


async def _connect(token: RoomToken, peer: str, sdp: str, source: Source, *, listen: bool) -> Answer:
    """The media side's answer, and who joined has left again where there is none.

    It goes on for one who hung up meanwhile: the media side finds nobody there and says so, but of somebody who joined
    and never was on their way there, nobody would.
    """
    process = here()
    sitting = Session(peer, process.id, speaks=not listen)
    joined = await process.in_thread(_sit_down, token, sitting, source)
    try:
        return await process.connect(joined.seat, peer, sdp, source=source, listen=listen, alone=True)
    except (Refused, DatabaseError):
        try:
            await process.in_thread(presence.leave, joined.seat, "left", source=source, now=timezone.now())
        finally:
            process.lose(joined.seat)  # where the database was away, when it is back
        raise


def _body(request: HttpRequest, kind: str) -> str:
    if request.content_type != kind:
        raise Refused(Code.BAD_TYPE)
    if len(request.body) > MAX_SDP:
        raise Refused(Code.TOO_LARGE)
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise Refused(Code.BAD_SDP) from error


def _bearer(request: HttpRequest, room_id: str) -> RoomToken:
    """The token of the request, which must be for this room. Raises `Refused(BAD_TOKEN)`."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(Code.BAD_TOKEN)
    token = tokens.read(text.strip(), timezone.now())
    if token.room != room_id:
        raise Refused(Code.BAD_TOKEN)
    return token


def _source(request: HttpRequest) -> Source:
    """Where the request came from; what shows who sends it is the token, and no browser's session."""
    return replace(Source.of_request(request), factors="room_token")


def _sit_down(token: RoomToken, sitting: Session, source: Source) -> Joined:
    user = tokens.holder(token)
    door.count(user, token.room, source)
    return presence.join(user, token.room, sitting, source=source, now=timezone.now())


def _end(token: RoomToken, connection: str, source: Source) -> bool:
    seat = presence.seat_of(token.room, tokens.holder(token).uid, connection)
    return seat is not None and presence.leave(seat, "left", source=source, now=timezone.now())


def _link(server: ice.Server) -> str:
    """RFC 9725, section 4.6."""
    return ", ".join(
        f'<{url}>; rel="ice-server"; username="{server["username"]}"; credential="{server["credential"]}"; '
        'credential-type="password"'
        for url in server["urls"]
    )
