"""How the API answers, whoever's part of it: JSON in, JSON out, every refusal a status, a stable code and words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import throttle
from accounts.models import User
from moderation.audit.record import record_refusal
from moderation.audit.source import Source


class Problem(serializers.Serializer[object]):
    """Why a request was refused: a stable code, and words for people."""

    code = serializers.CharField(help_text="invalid, method_not_allowed, or one that docs/protocol.md lists")
    message = serializers.CharField()
    detail = serializers.DictField(required=False, help_text="with `invalid`: what is wrong, field by field")


class Person(serializers.Serializer[object]):
    """Somebody, as others see them."""

    uid = serializers.CharField()
    name = serializers.CharField()
    avatar = serializers.CharField(allow_blank=True, help_text="the path of their picture, or empty")


PROBLEMS: Mapping[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 409, 429, 503), Problem)


class Json(JSONParser):
    """Reads the JSON of a request; what is nested too deep to be read is none."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """What the JSON stands for. Raises `ParseError`."""
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise exceptions.ParseError from error


class Resource(APIView):
    """A view of the API."""

    parser_classes = (Json,)
    renderer_classes = (JSONRenderer,)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Ours."""
        return answer

    def limit(self, user: User, scope: str, limit: int, per: int, *, even_blind: bool = False) -> None:
        """Count one more; the first that is too many is written to the log.

        Raises `throttle.TooMany`, and `throttle.Unavailable` when counting fails, unless `even_blind`.
        """
        try:
            allowed = throttle.hit(scope, user.uid, limit=limit, per=per)
            telling = not allowed and throttle.hit(f"{scope}.refused", user.uid, limit=1, per=per)
        except throttle.Unavailable:
            if even_blind:
                return
            raise
        if telling:
            record_refusal(scope, source=Source.of_request(self.request), actor=user.uid, reason="too_many")
        if not allowed:
            raise throttle.TooMany(per)


def person(request: Request) -> User:
    """Whoever is signed in (the view's permission has made sure that somebody is)."""
    assert isinstance(request.user, User)  # noqa: S101  # IsAuthenticated came first
    return request.user


def check(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The data in this shape; raises `ValidationError`."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    checked: dict[str, Any] = serializer.validated_data
    return checked


def refusal(status: int, code: str, words: str | Promise, **more: object) -> Response:
    """The answer to a request that is refused."""
    return Response({"code": code, "message": str(words), **more}, status=status)


def answer(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """The answer to a request that failed; None for what is our own fault."""
    if isinstance(error, exceptions.ValidationError):
        return refusal(400, "invalid", _("That could not be understood."), detail=error.detail)
    for kind, status, code, words in _PROBLEMS:
        if isinstance(error, kind):
            return refusal(status, code, words)
    if isinstance(error, exceptions.APIException):
        return refusal(error.status_code, str(error.default_code), str(error.detail))
    return None


_PROBLEMS: tuple[tuple[type[Exception], int, str, Promise], ...] = (
    (exceptions.NotAuthenticated, 401, "signed_out", _("Sign in first.")),
    (exceptions.AuthenticationFailed, 401, "signed_out", _("Sign in first.")),
    (exceptions.PermissionDenied, 403, "forbidden", _("You may not do that here.")),
    (PermissionDenied, 403, "forbidden", _("You may not do that here.")),
    (Http404, 404, "not_found", _("There is nothing here, or nothing for you.")),
    (exceptions.ParseError, 400, "bad_message", _("That could not be understood.")),
    (throttle.TooMany, 429, "too_many", _("Too many at once. Wait a moment and try again.")),
    (throttle.Unavailable, 503, "unavailable", _("That is not possible right now. Try again in a moment.")),
    (DatabaseError, 503, "unavailable", _("That is not possible right now. Try again in a moment.")),
)
