"""The REST API of reports: what members tell the staff. Described at /api/schema/."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import rest
from accounts.models import User
from accounts.rest import PROBLEMS, check, person, refusal
from moderation.actions import receipts, reports
from moderation.actions.base import Code, Refused
from moderation.actions.reports import Complaint
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.models import Channel, Report
from moderation.policies import REPORTED, Policy
from moderation.words import REFUSALS
from rooms.models import known

REPORTS, ADDITIONS = ("report.make", 60, 3600), ("report.add", 60, 3600)
LONGEST = 1000
STATUSES: Mapping[str, int] = {
    Code.GONE: 404,
    Code.EMPTY: 400,
    Code.SUBJECT: 409,
    Code.RESTRICTED: 403,
    Code.TOO_MANY: 429,
    Code.DECIDED: 409,
}
WORDS: Mapping[str, Promise] = {
    Code.GONE: _("There is nothing here, or nothing for you."),
    Code.SUBJECT: _("You cannot report yourself."),
    Code.TOO_MANY: _("You reported a lot within this hour. Try again later."),
    Code.DECIDED: _("Nothing can be added any more: it has words already, or is decided."),
}
"""What the same codes mean to somebody who reports."""


class NewReport(serializers.Serializer[object]):
    """What was wrong; `words` are one's own, and may come later."""

    policy = serializers.ChoiceField([policy.value for policy in REPORTED])
    words = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class NewRoomReport(NewReport):
    """As `NewReport`, of a member of the room, or without `member` of the whole room."""

    member = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None, help_text="their number"
    )


class Receipt(serializers.Serializer[object]):
    """That a report was taken. `sound` says whether the last minute of the room is sealed with it."""

    number = serializers.CharField()
    sound = serializers.BooleanField()


class Words(serializers.Serializer[object]):
    """What is added to a report that came without words; once."""

    words = serializers.CharField(max_length=LONGEST)


class ReportsView(rest.Resource):
    """A view of the API of reports."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Ours."""
        return answer

    @contextmanager
    def recorded(self, action: str, user: User, room: str = "") -> Iterator[None]:
        """Within it, what is refused is an entry."""
        try:
            yield
        except Refused as refused:
            source = Source.of_request(self.request)
            record_refusal(action, source=source, actor=user.uid, room=room, reason=refused.code)
            raise

    def how(self) -> dict[str, Any]:
        """Where the act comes from, and when."""
        return {"source": Source.of_request(self.request), "now": timezone.now()}


class RoomReports(ReportsView):
    """Reports of a room and of those in it."""

    @extend_schema(operation_id="rooms_report", request=NewRoomReport, responses={201: Receipt, **PROBLEMS})
    def post(self, request: Request, room_id: str) -> Response:
        """Report a member of the room, or the room; the answer is a receipt. Whom it is about learns nothing."""
        user, said = person(request), check(NewRoomReport, request.data)
        self.limit(user, *REPORTS, even_blind=True)
        complaint = _complaint(said, Channel.ROOM)
        with self.recorded("report.make", user, known(room_id)):
            if said["member"] is None:
                made = reports.report_room(user, room_id, complaint, **self.how())
            else:
                made = reports.report_member(user, room_id, said["member"], complaint, **self.how())
        return _receipt(made)


class PersonReports(ReportsView):
    """Reports of a person outside of rooms."""

    @extend_schema(operation_id="people_report", request=NewReport, responses={201: Receipt, **PROBLEMS})
    def post(self, request: Request, uid: str) -> Response:
        """Report a person: their name, their picture, what they do. No sound goes with it."""
        user, said = person(request), check(NewReport, request.data)
        self.limit(user, *REPORTS, even_blind=True)
        with self.recorded("report.make", user):
            made = reports.report_person(user, uid, _complaint(said, Channel.PROFILE), **self.how())
        return _receipt(made)


class OneReport(ReportsView):
    """One's own report."""

    @extend_schema(operation_id="reports_add", request=Words, responses={204: None, **PROBLEMS})
    def patch(self, request: Request, number: str) -> Response:
        """Add words to one's own report that has none, while it is open."""
        user, said = person(request), check(Words, request.data)
        self.limit(user, *ADDITIONS, even_blind=True)
        with self.recorded("report.add", user):
            receipts.add_words(number, said["words"], by=user, source=Source.of_request(request))
        return Response(status=204)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to a request that failed; None for what is our own fault."""
    if isinstance(error, Refused):
        code = error.code
        return refusal(STATUSES.get(code, 409), code, WORDS.get(code, REFUSALS[code]))
    return rest.answer(error, context)


def _complaint(said: Mapping[str, Any], channel: Channel) -> Complaint:
    return Complaint(Policy(said["policy"]), channel, said["words"], get_language() or "")


def _receipt(made: Report) -> Response:
    sound = made.channel == Channel.ROOM and hasattr(made, "freeze")
    return Response(Receipt({"number": made.number, "sound": sound}).data, status=201)


urlpatterns = [
    path("rooms/<str:room_id>/reports/", RoomReports.as_view()),
    path("people/<str:uid>/reports/", PersonReports.as_view()),
    path("reports/<str:number>/", OneReport.as_view()),
]
