"""`/console/statements`: what the operator states where no server can measure."""

from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions.statements import newest, state
from moderation.audit.source import Source
from moderation.gate import console
from moderation.review.annex import FRESH
from moderation.review.catalogue import TOPICS
from moderation.review.texts import language_of, texts
from moderation.review_forms import StatementForm
from moderation.staff import Act
from moderation.views.answers import not_understood, said


@console(Act.READ_REVIEWS)
def statements(request: HttpRequest) -> HttpResponseBase:
    """Every topic, with the statement that counts and a form for another."""
    titles, made, oldest = texts(language_of(get_language() or ""))["topics"], newest(), timezone.now() - FRESH
    rows = []
    for topic in TOPICS:
        statement = made.get(topic)
        words = {"chinese": statement.chinese, "english": statement.english} if statement else {}
        form = StatementForm(initial={"topic": topic} | words, auto_id=f"{topic}-%s")
        stale = statement is not None and statement.made_at < oldest
        rows.append({"topic": topic, "title": titles[topic], "statement": statement, "form": form, "stale": stale})
    return render(request, "console/statements.html", {"rows": rows, "days": FRESH // timedelta(days=1)})


@console(Act.STATE)
def make(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with the new statement."""
    form = StatementForm(request.POST or None)
    if form.is_valid():
        words = form.cleaned_data
        with said(request, Act.STATE, _("Stated. It counts as evidence for 30 days; then confirm it again.")):
            state(
                words["topic"],
                words["english"],
                words["chinese"],
                by=member(request).uid,
                now=timezone.now(),
                source=Source.of_request(request),
            )
    not_understood(request, form)
    return redirect("console_statements")
