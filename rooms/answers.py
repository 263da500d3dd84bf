"""How the API of rooms answers: as `accounts.rest`, and a room's refusals as `refusals` has them."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.response import Response

from accounts import rest
from accounts.rest import PROBLEMS, check, person
from rooms import refusals
from rooms.roles import Refused

__all__ = ["PROBLEMS", "RoomsView", "check", "person"]


class RoomsView(rest.Resource):
    """A view of the API of rooms."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Ours."""
        return answer


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to a request that failed; None for what is our own fault."""
    if isinstance(error, Refused):
        return Response(refusals.body(error.code), status=refusals.status(error.code))
    return rest.answer(error, context)
