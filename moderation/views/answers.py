"""What the pages of the console have in common: saying what became of a change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

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
