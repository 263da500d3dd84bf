"""The REST API of people: oneself, whom one blocked, and the browsers that show notifications."""

from dataclasses import astuple

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, push, sealing, throttle, vapid
from accounts.actions import push as push_acts
from accounts.avatars import address
from accounts.models import Block, Theme, User
from accounts.rest import PROBLEMS, Person, Resource, check, person, refusal
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

BLOCK, SUBSCRIBE = ("account.block", 60, 3600), ("push.subscribe", 60, 3600)
REFUSALS = {
    actions.Code.GONE: (404, "not_found", _("There is no such person.")),
    actions.Code.ONESELF: (409, "oneself", _("You cannot block yourself.")),
    actions.Code.TOO_MANY_BLOCKS: (409, "too_many_blocks", _("You cannot block more people.")),
}


class Choices(serializers.Serializer[object]):
    """What one chose for all one's devices."""

    theme = serializers.ChoiceField(Theme.choices)


class Somebody(serializers.Serializer[object]):
    """Whom it is about."""

    uid = serializers.CharField(max_length=16)


class Blocked(serializers.Serializer[object]):
    """Those whom one blocked, latest first."""

    results = Person(many=True)


class PushKey(serializers.Serializer[object]):
    """What a browser subscribes with: `applicationServerKey`, in base64url."""

    key = serializers.CharField()


class Endpoint(serializers.Serializer[object]):
    """Where a browser is reached."""

    endpoint = serializers.CharField(max_length=1000)

    def validate_endpoint(self, endpoint: str) -> str:
        """The endpoint, if it belongs to a push service we know."""
        if not push.trusted(endpoint):
            raise serializers.ValidationError(_("This browser's push service is not one that this server knows."))
        return endpoint


class BrowserKeys(serializers.Serializer[object]):
    """What its messages are sealed with, in base64url."""

    p256dh = serializers.CharField(max_length=88)
    auth = serializers.CharField(max_length=24)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """The keys, if they are some."""
        try:
            sealing.keys(**attrs)
        except ValueError as error:
            raise serializers.ValidationError(_("That could not be understood.")) from error
        return attrs


class Subscription(Endpoint):
    """A browser that is to show notifications, as its `PushSubscription.toJSON()` says."""

    keys = BrowserKeys()


class Me(Resource):
    """Oneself."""

    @extend_schema(operation_id="me_change", request=Choices, responses={204: None, **PROBLEMS})
    def patch(self, request: Request) -> Response:
        """Choose for all one's devices."""
        user, wanted = person(request), check(Choices, request.data)
        self.limit(user, *astuple(throttle.CHANGES))
        actions.change_profile(user, source=Source.of_request(request), theme=wanted["theme"])
        return Response(status=204)


class Blocks(Resource):
    """Whom one blocked. They are never told."""

    @extend_schema(operation_id="blocks_list", responses={200: Blocked, **PROBLEMS})
    def get(self, request: Request) -> Response:
        """Give those whom one blocked."""
        rows = Block.objects.filter(blocker=person(request)).select_related("blocked").order_by("-created_at", "-pk")
        return Response({"results": [_face(row.blocked) for row in rows]})

    @extend_schema(operation_id="blocks_add", request=Somebody, responses={201: Person, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Block somebody; blocking them again changes nothing."""
        user, wanted = person(request), check(Somebody, request.data)
        self.limit(user, *BLOCK)
        source = Source.of_request(request)
        try:
            blocked = actions.block(user, wanted["uid"], now=timezone.now(), source=source)
        except actions.Refused as refused:
            record_refusal("account.block", source=source, actor=user.uid, reason=refused.code)
            return refusal(*REFUSALS[refused.code])
        return Response(_face(blocked), status=201)


class OneBlock(Resource):
    """Somebody whom one may have blocked."""

    @extend_schema(operation_id="blocks_remove", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, uid: str) -> Response:
        """Take the block back; without one nothing changes."""
        actions.unblock(person(request), uid, source=Source.of_request(request))
        return Response(status=204)


class Push(Resource):
    """Notifications on this browser (Web Push)."""

    @extend_schema(operation_id="push_key", responses={200: PushKey, **PROBLEMS})
    def get(self, request: Request) -> Response:  # noqa: ARG002  # REST framework's signature
        """Give the key to subscribe with."""
        return Response({"key": vapid.public_key()})

    @extend_schema(operation_id="push_subscribe", request=Subscription, responses={204: None, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Show one's notifications on this browser for as long as one is signed in there."""
        user, wanted = person(request), check(Subscription, request.data)
        self.limit(user, *SUBSCRIBE)
        browser = push_acts.Browser(request.session.session_key or "", wanted["endpoint"], **wanted["keys"])
        push_acts.subscribe(user, browser, now=timezone.now(), source=Source.of_request(request))
        return Response(status=204)

    @extend_schema(operation_id="push_unsubscribe", request=Endpoint, responses={204: None, **PROBLEMS})
    def delete(self, request: Request) -> Response:
        """Show no more of them on this browser."""
        user, wanted = person(request), check(Endpoint, request.data)
        push_acts.unsubscribe(user, wanted["endpoint"], source=Source.of_request(request))
        return Response(status=204)


def _face(user: User) -> dict[str, str]:
    return {"uid": user.uid, "name": user.display_name, "avatar": address(user)}


urlpatterns = [
    path("me/", Me.as_view()),
    path("blocks/", Blocks.as_view()),
    path("blocks/<str:uid>/", OneBlock.as_view()),
    path("push/", Push.as_view()),
]
