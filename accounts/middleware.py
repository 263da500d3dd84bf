"""What comes with a member to every page: their language."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation


class OwnLanguage:
    """Middleware that answers members in the language they chose, on whichever device they chose it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the house, in their language."""
        chosen = _chosen(request)
        if chosen and chosen != translation.get_language():
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


def _chosen(request: HttpRequest) -> str:
    try:
        return getattr(request.user, "language", "")
    except DatabaseError:  # the view says what follows from that
        return ""
