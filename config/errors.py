"""What people and programs see when something broke, or when a part that is needed is away."""

import sys

import redis
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.answers import again
from rooms import refusals
from rooms.roles import Code


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database or Redis is away, else 500: a page, or for the API its usual error."""
    away = isinstance(sys.exc_info()[1], DatabaseError | redis.RedisError)
    status = 503 if away else 500
    if not request.path.startswith("/api/"):
        return HttpResponse(render_to_string(f"{status}.html", {"again": again(request)}), status=status)
    failed = {"code": "failed", "message": _("Something broke on our side")}
    return JsonResponse(refusals.body(Code.UNAVAILABLE) if away else failed, status=status)
