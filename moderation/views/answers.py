"""What the pages of the console have in common: reading a number, saying what became of a change, and why there was
none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypedDict

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation.actions.base import Refused
from moderation.audit.models import Entry
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.staff import Act
from moderation.words import REFUSALS

LONGEST = 18  # digits of a number that every database takes


def number(text: str) -> int | None:
    """The number that somebody sent; None for what is none that a row could have."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


class Who(TypedDict):
    """Who acts, when, and from where: what every action of the staff asks for."""

    by: User
    now: datetime
    source: Source


def who(request: HttpRequest) -> Who:
    """Whoever sent the request, now."""
    return {"by": member(request), "now": timezone.now(), "source": Source.of_request(request)}


@contextmanager
def said(request: HttpRequest, act: Act, words: str, *, case: int | str = "") -> Iterator[None]:
    """Within it, what is done is said in `words` on the next page; what is refused is recorded, and said why.

    What is done with a `case` is said with the number of its entry in the log.
    """
    try:
        yield
    except Refused as refused:
        why_not(request, act, refused, case=case)
    else:
        entry = Entry.objects.filter(case=str(case)).order_by("-pk").values_list("pk", flat=True).first()
        audited = _("It is entry %(number)d of the log.") % {"number": entry} if case and entry else ""
        messages.success(request, f"{words} {audited}".strip())


def why_not(request: HttpRequest, act: Act, refused: Refused, *, case: int | str = "") -> None:
    """Nothing: the refusal is recorded, and the next page says why."""
    source = Source.of_request(request)
    record_refusal(act, source=source, actor=member(request).uid, case=str(case), reason=refused.code)
    messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")


def not_understood(request: HttpRequest, form: forms.Form) -> None:
    """Nothing: the next page says which field of the form was not understood, and why."""
    for name, errors in form.errors.items():
        field = form[name].label if name in form.fields else ""
        words = _("%(field)s: %(error)s") % {"field": field, "error": errors[0]} if field else str(errors[0])
        messages.error(request, words, extra_tags="danger")
