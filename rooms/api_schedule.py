"""The REST API of what comes before a room: reminders, and moderators named in advance."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import Person
from accounts.templatetags.people import person as shown
from moderation.audit.source import Source
from rooms.actions import moderators, reminders
from rooms.answers import PROBLEMS, RoomsView, check, person

NAMES, REMINDERS = ("room.invite", 60, 3600), ("room.reminder", 60, 600)


class Username(serializers.Serializer[object]):
    """Who is meant."""

    username = serializers.CharField(max_length=150)


class Moderators(RoomsView):
    """The moderators of a scheduled room."""

    @extend_schema(operation_id="moderators_name", request=Username, responses={201: Person, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Name a moderator by user name; only the host of a scheduled room can."""
        user, asked = person(request), check(Username, request.data)
        self.limit(user, *NAMES)
        member = moderators.name(user, room_id, asked["username"], **_how(request))
        return Response(Person(shown(member.user)).data, status=201)


class OneModerator(RoomsView):
    """A moderator of a scheduled room."""

    @extend_schema(operation_id="moderators_unname", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, room_id: str, uid: str) -> Response:
        """Let somebody be no moderator; only the host of a scheduled room can."""
        moderators.unname(person(request), room_id, uid, **_how(request))
        return Response(status=204)


class AReminder(RoomsView):
    """One's own reminder of a scheduled room."""

    @extend_schema(operation_id="reminder_set", request=None, responses={204: None, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Ask to be told when the room starts."""
        user = person(request)
        self.limit(user, *REMINDERS)
        reminders.remind(user, room_id, **_how(request))
        return Response(status=204)

    @extend_schema(operation_id="reminder_unset", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, room_id: str) -> Response:
        """Ask to be told no more."""
        reminders.forget(person(request), room_id, source=Source.of_request(request))
        return Response(status=204)


def _how(request: Request) -> dict[str, Any]:
    return {"source": Source.of_request(request), "now": timezone.now()}


urlpatterns = [
    path("rooms/<str:room_id>/moderators/", Moderators.as_view()),
    path("rooms/<str:room_id>/moderators/<str:uid>/", OneModerator.as_view()),
    path("rooms/<str:room_id>/reminder/", AReminder.as_view()),
]
