"""What the pages of the console have in common: the way back after a change, with what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.views import member
from moderation.actions.base import Refused
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.staff import Act
from moderation.words import REFUSALS


@contextmanager
def said(request: HttpRequest, act: Act, words: str) -> Iterator[None]:
    """Within it, what is done is said in `words` on the next page; what is refused is recorded, and said why."""
    try:
        yield
    except Refused as refused:
        source = Source.of_request(request)
        record_refusal(act, source=source, actor=member(request).uid, reason=refused.code)
        messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")
    else:
        messages.success(request, words)


def back(name: str, *arguments: object) -> HttpResponse:
    """To the page of this name."""
    return redirect(name, *arguments)
