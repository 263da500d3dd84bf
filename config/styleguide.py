"""`/styleguide/`: every piece and every state on one page, for those who build and look after the pages."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

ALICE, BOB, CHEN = (
    MappingProxyType({"uid": uid * 16, "name": name, "avatar": ""})
    for uid, name in (("1", "Alice"), ("8", "Bob"), ("b", "陈伟"))
)
ROOM = MappingProxyType(
    {"id": "aaaaaaaaaaaa", "title": "Slow Sunday", "access": "open", "host": ALICE, "listening": 128}
)
CARDS: Sequence[Mapping[str, Any]] = (
    {**ROOM, "state": "live", "topic": "Reading together", "language_name": "English", "stage": [ALICE, BOB, CHEN]},
    {**ROOM, "state": "live", "topic": "", "access": "invite", "locked": True, "title": "周日慢读", "listening": 4},
)


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page for staff, or for anybody signed in while DEBUG is on; for everybody else there is no such page."""
    user = request.user
    if not (user.is_authenticated and (user.is_staff or settings.DEBUG)):
        raise Http404
    return render(request, "styleguide/styleguide.html", {"cards": CARDS})
