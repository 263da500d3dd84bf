"""How the API answers: one view class that turns every refusal into its status, a stable code and words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts import throttle
from accounts.models import User
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import refusals
from rooms.roles import Code, Refused
from rooms.serializers import Problem

PROBLEMS: Mapping[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 409, 429, 503), Problem)


class RoomsView(APIView):
    """A view of the API: JSON in, JSON out."""

    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Ours."""
        return answer

    def limit(self, user: User, scope: str, limit: int, per: int, *, even_blind: bool = False) -> None:
        """Count one more; the first that is too many is written to the log.

        Raises `Refused`: TOO_MANY, and UNAVAILABLE when counting fails, unless `even_blind`.
        """
        try:
            allowed = throttle.hit(scope, user.uid, limit=limit, per=per)
            telling = not allowed and throttle.hit(f"{scope}.refused", user.uid, limit=1, per=per)
        except throttle.Unavailable as error:
            if even_blind:
                return
            raise Refused(Code.UNAVAILABLE) from error
        if telling:
            source = Source.of_request(self.request)
            record_refusal(scope, source=source, actor=user.uid, reason=Code.TOO_MANY.value)
        if not allowed:
            raise Refused(Code.TOO_MANY)


def person(request: Request) -> User:
    """Whoever is signed in (the view's permission has made sure that somebody is)."""
    assert isinstance(request.user, User)  # noqa: S101  # IsAuthenticated came first
    return request.user


def check(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """The data in this shape; raises `ValidationError`."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    checked: dict[str, Any] = serializer.validated_data
    return checked


def answer(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """The answer to a request that failed; None for what is our own fault."""
    if isinstance(error, Refused):
        return Response(refusals.body(error.code), status=refusals.status(error.code))
    if isinstance(error, exceptions.ValidationError):
        body = {**refusals.body(Code.BAD_MESSAGE), "code": "invalid", "detail": error.detail}
        return Response(body, status=400)
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Response(refusals.body(code), status=refusals.status(code))
    if isinstance(error, exceptions.APIException):
        return Response({"code": error.default_code, "message": str(error.detail)}, status=error.status_code)
    return None


_CODES: tuple[tuple[type[Exception], Code], ...] = (
    (exceptions.NotAuthenticated, Code.SIGNED_OUT),
    (exceptions.AuthenticationFailed, Code.SIGNED_OUT),
    (exceptions.PermissionDenied, Code.FORBIDDEN),
    (PermissionDenied, Code.FORBIDDEN),
    (Http404, Code.NOT_FOUND),
    (exceptions.ParseError, Code.BAD_MESSAGE),
    (DatabaseError, Code.UNAVAILABLE),
)
