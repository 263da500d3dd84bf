"""`/console/review`: ask for a security review, read its reports, download them, and note where they were filed."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.views import member
from moderation.actions import reviews, triggers
from moderation.audit.source import Source
from moderation.gate import console
from moderation.models import Reason, Review, Trigger
from moderation.review.annex import Order, facts_of
from moderation.review.pdf import pdf
from moderation.review.report import Report, report
from moderation.review.texts import LANGUAGES, language_of, texts
from moderation.review_forms import FileForm, ReviewForm, TriggerForm
from moderation.staff import Act
from moderation.views.answers import not_understood, said, who
from moderation.words import PROFILES

SHOWN = 50
NAMES = {"en": "English", "zh-hans": "中文"}


@console(Act.READ_REVIEWS)
def overview(request: HttpRequest) -> HttpResponseBase:
    """What is due, a form to run a review, and the reviews that were run."""
    return _overview(request, ReviewForm(initial=_last_month()))


@console(Act.RUN_REVIEW)
def run(request: HttpRequest) -> HttpResponseBase:
    """The page of the report, which a worker makes; the form again where it makes no sense, or too many wait."""
    form = ReviewForm(request.POST or None)
    if not form.is_valid():
        return _overview(request, form)
    order = Order(**form.cleaned_data, by=member(request).uid, now=timezone.now())
    with said(request, Act.RUN_REVIEW, _("Asked for.")):
        return redirect("console_report", reviews.ask(order, source=Source.of_request(request)).pk)
    return _overview(request, form)


def _overview(request: HttpRequest, form: ReviewForm) -> HttpResponseBase:
    reasons = texts(language_of(get_language() or ""))["reasons"]
    due = [(trigger, reasons[trigger.reason]) for trigger in Trigger.objects.filter(review=None).order_by("due_at")]
    rows = [(review, PROFILES[review.profile]) for review in Review.objects.order_by("-pk").defer("annex")[:SHOWN]]
    context = {"form": form, "due": due, "reviews": rows, "trigger": TriggerForm(), "early": list(_EARLY)}
    return render(request, "console/review.html", context)


_EARLY = (Reason.FUNCTION, Reason.TECHNOLOGY)


def _last_month() -> dict[str, Any]:
    today = timezone.now().date()
    return {"profile": "cn", "start": today - timedelta(days=29), "end": today}


@console(Act.READ_REVIEWS)
def read(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as a page, in the language that is asked for, or in that of the page; 202 while it is being made.

    Where it could not be made, the page says so, and what to do.
    """
    review = get_object_or_404(Review, pk=pk)
    if review.failed_at is not None:
        return render(request, "console/unmade.html", {"review": review})
    if review.due_at is not None:
        late = timezone.now() - review.run_at > reviews.PATIENCE
        return render(request, "console/making.html", {"review": review, "late": late}, status=HTTPStatus.ACCEPTED)
    language = _language(request)
    context = {
        "review": review,
        "report": _report(review, language),
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "form": FileForm(),
    }
    return render(request, "console/report.html", context)


@console(Act.RUN_REVIEW)
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the report's page; a worker begins it anew, or it is said why not."""
    get_object_or_404(Review, pk=pk)
    if request.method == "POST":
        with said(request, Act.RUN_REVIEW, _("Asked for again.")):
            reviews.again(pk, **who(request))
    return redirect("console_report", pk)


@console(Act.READ_REVIEWS)
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as PDF."""
    review = _made(pk)
    language = _language(request)
    content = pdf(_report(review, language), review.digest)
    return _download(content, "application/pdf", f"stoa-review-{pk}-{language}.pdf")


@console(Act.READ_REVIEWS)
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as an HTML file that needs nothing else."""
    review = _made(pk)
    language = _language(request)
    content = render_to_string("console/document.html", {"report": _report(review, language), "review": review})
    return _download(content.encode(), "text/html; charset=utf-8", f"stoa-review-{pk}-{language}.html")


@console(Act.READ_REVIEWS)
def annex(_request: HttpRequest, pk: int) -> HttpResponseBase:
    """The annex, a signed note unless something was in the way."""
    review = _made(pk)
    return _download(review.annex.encode(), "text/plain; charset=utf-8", f"stoa-review-{pk}-annex.txt")


@console(Act.FILE_REVIEW)
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the report, once it is noted where it was filed."""
    form = FileForm(request.POST or None)
    if form.is_valid():
        with said(request, Act.FILE_REVIEW, _("Noted where it was filed.")):
            reviews.file(pk, **form.cleaned_data, **who(request))
    not_understood(request, form)
    return redirect("console_report", pk)


@console(Act.REPORT_TRIGGER)
def trigger(request: HttpRequest) -> HttpResponseBase:
    """Back to the overview, where an assessment is due now."""
    form = TriggerForm(request.POST or None)
    if form.is_valid():
        reason, words = Reason(form.cleaned_data["reason"]), form.cleaned_data["words"]
        with said(request, Act.REPORT_TRIGGER, _("Noted. The clock of 30 working days runs.")):
            triggers.report(reason, words, **who(request))
    not_understood(request, form)
    return redirect("console_review")


def _made(pk: int) -> Review:
    return get_object_or_404(Review, pk=pk, due_at=None)


def _report(review: Review, language: str) -> Report:
    return report(facts_of(review.annex), texts(language), language)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    if asked and asked not in LANGUAGES:
        raise Http404
    return asked or language_of(get_language() or "")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
