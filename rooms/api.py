"""The REST API of rooms: the same acts as on the socket, for the same people. Described at /api/schema/."""

from typing import Any

from django.conf import settings
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.blocks import blocked_by
from moderation.audit.source import Source
from rooms import api_schedule, audience, cards, door, whip
from rooms import serializers as shapes
from rooms.actions import invites, moves
from rooms.actions import rooms as acts
from rooms.actions.base import seen
from rooms.answers import PROBLEMS, RoomsView, check, person
from rooms.hallway import hallway
from rooms.models import Access
from rooms.roles import Code, Move, Refused, Stage

OPEN_ROOMS, ISSUE_INVITES, ISSUE_TOKENS = (("room.open", 20, 3600), ("room.invite", 60, 3600), ("room.token", 30, 600))
EDIT_ROOMS = ("room.edit", 30, 600)
MOVES = ("room.move", 120, 60)
PAGES = 4  # of the hallway, in one answer


class Rooms(RoomsView):
    """The hallway."""

    @extend_schema(operation_id="rooms_list", responses={200: shapes.RoomCards, **PROBLEMS})
    def get(self, request: Request) -> Response:
        """Give the cards of the rooms that one may enter: those one hosts, live ones, then scheduled ones."""
        shown = hallway(person(request), pages=PAGES)
        return Response(shapes.RoomCards({"results": [*shown.hosted, *shown.live, *shown.scheduled]}).data)

    @extend_schema(operation_id="rooms_open", request=shapes.NewRoom, responses={201: shapes.RoomCard, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Open a room, now or later; one hosts it oneself."""
        user, plan, now = person(request), check(shapes.NewRoom, request.data), timezone.now()
        self.limit(user, *OPEN_ROOMS)
        plan |= {"access": Access(plan["access"]), "moderators": tuple(plan.get("moderators", ()))}
        if plan["scheduled_for"] is not None and plan["scheduled_for"] <= now:
            plan["scheduled_for"] = None
        room = acts.open_room(user, acts.Plan(**plan), source=Source.of_request(request), now=now)
        return Response(shapes.RoomCard(cards.card(user, room.pk)).data, status=201)


class OneRoom(RoomsView):
    """A room."""

    @extend_schema(operation_id="rooms_read", responses={200: shapes.RoomCard, **PROBLEMS})
    def get(self, request: Request, room_id: str) -> Response:
        """Give the room's card."""
        return Response(shapes.RoomCard(cards.card(person(request), room_id)).data)

    @extend_schema(operation_id="rooms_edit", request=shapes.RoomEdit, responses={200: shapes.RoomCard, **PROBLEMS})
    def patch(self, request: Request, room_id: str) -> Response:
        """Change the room; its host and moderators can."""
        user, wish = person(request), acts.Edit(**check(shapes.RoomEdit, request.data))
        self.limit(user, *EDIT_ROOMS)
        acts.edit(user, room_id, wish, source=Source.of_request(request), now=timezone.now())
        return Response(shapes.RoomCard(cards.card(user, room_id)).data)


class Start(RoomsView):
    """A scheduled room's start."""

    @extend_schema(operation_id="rooms_start", request=None, responses={200: shapes.RoomCard, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Start the room; only its host can."""
        user = person(request)
        acts.start(user, room_id, source=Source.of_request(request), now=timezone.now())
        return Response(shapes.RoomCard(cards.card(user, room_id)).data)


class End(RoomsView):
    """A room's end."""

    @extend_schema(operation_id="rooms_end", request=None, responses={204: None, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """End the room, or call it off before it started; only its host can."""
        who = (person(request), room_id)
        how: dict[str, Any] = {"source": Source.of_request(request), "now": timezone.now()}
        try:
            moves.move(*who, Move.END, None, **how)
        except Refused as refused:
            if refused.code is not Code.NOT_STARTED:
                raise
            acts.cancel(*who, **how)
        return Response(status=204)


class Members(RoomsView):
    """Who is in a room."""

    @extend_schema(
        operation_id="members_list", parameters=[shapes.MembersQuery], responses={200: shapes.Members, **PROBLEMS}
    )
    def get(self, request: Request, room_id: str) -> Response:
        """Give a page of the present members, people one knows first, for those who are in the room."""
        query = check(shapes.MembersQuery, request.query_params)
        results, following = audience.page(person(request), room_id, **query)
        return Response({"results": results, "next": following})


class Blocked(RoomsView):
    """Whom one blocked, in a room."""

    @extend_schema(operation_id="blocked_list", responses={200: shapes.People, **PROBLEMS})
    def get(self, request: Request, room_id: str) -> Response:
        """Give those whom one blocked and would hear in the room now, to be warned of before one joins."""
        user = person(request)
        heard = cards.heard_here(blocked_by(user), seen(user, room_id).pk)
        return Response(shapes.People({"results": heard}).data)


class Moves(RoomsView):
    """Moves of the role table."""

    @extend_schema(operation_id="moves_make", request=shapes.AMove, responses={204: None, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Make a move, as on the socket."""
        user, asked = person(request), check(shapes.AMove, request.data)
        self.limit(user, *MOVES, even_blind=True)
        source, what = Source.of_request(request), Move(asked["move"])
        door.count_move(user, room_id, what, source)
        moves.move(user, room_id, what, asked["member"], source=source, now=timezone.now())
        return Response(status=204)


class Invites(RoomsView):
    """Ways into a room."""

    @extend_schema(operation_id="invites_list", responses={200: shapes.Invites, **PROBLEMS})
    def get(self, request: Request, room_id: str) -> Response:
        """Give the links that still open the room, for its host and moderators."""
        rows = invites.standing(person(request), room_id, now=timezone.now())
        return Response(shapes.Invites({"results": rows}).data)

    @extend_schema(operation_id="invites_issue", request=shapes.NewInvite, responses={201: shapes.Invite, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Make a link, shown this once, or invite one person by user name."""
        user, asked = person(request), check(shapes.NewInvite, request.data)
        self.limit(user, *ISSUE_INVITES)
        stage, username = Stage(asked["stage"]), asked.pop("username")
        how: dict[str, Any] = {"source": Source.of_request(request), "now": timezone.now()}
        if username:
            member = invites.invite_user(user, room_id, username, stage, **how)
            return Response({"id": None, "stage": stage, "member": member.number}, status=201)
        issued = invites.issue(user, room_id, stage, asked["uses"], asked["hours"], **how)
        url = settings.PUBLIC_URL + reverse("room_invited", args=[issued.token])
        return Response({**shapes.Invite(issued.invite).data, "url": url}, status=201)


class OneInvite(RoomsView):
    """A link."""

    @extend_schema(operation_id="invites_revoke", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, room_id: str, invite_id: str) -> Response:
        """Revoke the link."""
        source = Source.of_request(request)
        invites.revoke(person(request), room_id, invite_id, source=source, now=timezone.now())
        return Response(status=204)


class Tokens(RoomsView):
    """Room tokens."""

    @extend_schema(operation_id="tokens_issue", request=shapes.TokenWish, responses={201: shapes.Token, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Give a room token for WHIP (`speak`) or WHEP, good for 24 hours."""
        user, wish = person(request), check(shapes.TokenWish, request.data)
        self.limit(user, *ISSUE_TOKENS)
        how: dict[str, Any] = {"source": Source.of_request(request), "now": timezone.now()}
        token = invites.give_token(user, room_id, speak=wish["speak"], **how)
        return Response(shapes.Token({"token": token.sign(), "expires_at": token.expires_at}).data, status=201)


urlpatterns = [
    path("rooms/", Rooms.as_view()),
    path("rooms/<str:room_id>/", OneRoom.as_view()),
    path("rooms/<str:room_id>/start/", Start.as_view()),
    path("rooms/<str:room_id>/end/", End.as_view()),
    path("rooms/<str:room_id>/members/", Members.as_view()),
    path("rooms/<str:room_id>/blocked/", Blocked.as_view()),
    path("rooms/<str:room_id>/moves/", Moves.as_view()),
    path("rooms/<str:room_id>/invites/", Invites.as_view()),
    path("rooms/<str:room_id>/invites/<str:invite_id>/", OneInvite.as_view()),
    path("rooms/<str:room_id>/tokens/", Tokens.as_view()),
    *api_schedule.urlpatterns,
    path("rooms/<str:room_id>/whip", whip.publish, name="whip"),
    path("rooms/<str:room_id>/whep", whip.play, name="whep"),
    path("rooms/<str:room_id>/whip/<str:session>", whip.session, name="whip_session"),
]
