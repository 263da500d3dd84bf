"""What the pages of the console have in common: reading a number, saying what became of a change, and why there was
none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypedDict

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.views import member
from moderation.actions.base import Refused
from moderation.audit.models import Entry, Kind, Result
from moderation.audit.record import record_refusal
from moderation.audit.source import Source, correlation
from moderation.gate import acts_of
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
    """Within it, what is done is said as `audited` does; what is refused is recorded, of the `case`, and said why."""
    try:
        with audited(request, words):
            yield
    except Refused as refused:
        why_not(request, act, refused, case=case)


@contextmanager
def audited(request: HttpRequest, words: str) -> Iterator[None]:
    """Within it, what is done is said in `words` on the next page, with the number of its entry in the log.

    That is the last one that was written for this request meanwhile, of what somebody did: neither what followed by
    itself, nor who is told of it.
    """
    before = _newest(Entry.objects.all())
    yield
    own = Entry.objects.filter(pk__gt=before, correlation=correlation.get(), result=Result.OK, kind=Kind.PERSON)
    number = _newest(own.filter(channel=Source.of_request(request).channel))
    messages.success(request, format_html("{} {}", words, _told(request, number)) if number else words)


def _newest(entries: QuerySet[Entry]) -> int:
    return entries.order_by("-pk").values_list("pk", flat=True).first() or 0


def _told(request: HttpRequest, entry: int) -> str:
    """Which entry tells of it, with the way there for whoever may read the log."""
    told = _("It is entry %(number)d of the log.") % {"number": entry}
    if Act.READ_LOG not in acts_of(member(request)):
        return told
    return format_html('<a href="{}">{}</a>', reverse("console_entry", args=[entry]), told)


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
