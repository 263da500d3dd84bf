"""What the pages of the console have in common: saying what became of a change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions.base import Refused
from moderation.audit.models import Entry
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.staff import Act
from moderation.words import REFUSALS


@contextmanager
def said(request: HttpRequest, act: Act, words: str, *, case: int | str = "") -> Iterator[None]:
    """Within it, what is done is said in `words` on the next page; what is refused is recorded, and said why.

    What is done with a `case` is said with the number of its entry in the log.
    """
    try:
        yield
    except Refused as refused:
        source = Source.of_request(request)
        record_refusal(act, source=source, actor=member(request).uid, case=str(case), reason=refused.code)
        messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")
    else:
        entry = Entry.objects.filter(case=str(case)).order_by("-pk").values_list("pk", flat=True).first()
        audited = _("It is entry %(number)d of the log.") % {"number": entry} if case and entry else ""
        messages.success(request, f"{words} {audited}".strip())
