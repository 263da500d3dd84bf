"""`manage.py security_review`: runs the security review and writes its report."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string
from django.utils import timezone, translation

from moderation.actions import reviews
from moderation.audit.source import Source
from moderation.models import Review
from moderation.review.annex import Order, facts_of
from moderation.review.pdf import pdf
from moderation.review.report import report
from moderation.review.texts import LANGUAGES, texts
from moderation.words import PROFILES


class Command(BaseCommand):
    """Writes HTML, PDF and annex; says what keeps the report from being signed."""

    help = "Runs the security review of a period, and writes its report (HTML, PDF, annex) to a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare profile, period, language and folder."""
        parser.add_argument("--profile", choices=list(PROFILES), default="cn")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first day, YYYY-MM-DD, in UTC")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, help="last day; today if not given")
        parser.add_argument("--language", choices=LANGUAGES, help="one language; both if not given")
        parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to")

    def handle(self, *_: Any, **options: Any) -> str:
        """The paths that were written. Raises `CommandError` for a period that makes no sense."""
        now = timezone.now()
        last = options["end"] or now.date()
        first = options["start"] or last - timedelta(days=29)
        if first > last:
            raise CommandError("The last day must not come before the first.")
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        order = Order(options["profile"], start, end, "", now)
        review = reviews.run(order, source=Source.internal("command"))
        if not review.signed:
            self._explain(review)
        languages = [options["language"]] if options["language"] else LANGUAGES
        return "\n".join(map(str, _write(review, languages, options["out"])))

    def _explain(self, review: Review) -> None:
        said = report(facts_of(review.annex), texts("en"), "en")
        self.stderr.write("\n".join((said.verdict, *(f"- {blocker}" for blocker in said.blockers))))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _write(review: Review, languages: Sequence[str], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    annex = folder / f"stoa-review-{review.pk}-annex.txt"
    annex.write_text(review.annex, encoding="utf-8")
    written = [annex]
    for language in languages:
        said = report(facts_of(review.annex), texts(language), language)
        with translation.override(language):
            page = render_to_string("console/document.html", {"report": said, "review": review})
        for suffix, content in (("html", page.encode()), ("pdf", pdf(said, review.digest))):
            path = folder / f"stoa-review-{review.pk}-{language}.{suffix}"
            path.write_bytes(content)
            written.append(path)
    return written
