"""Letters to whoever reported from outside and left an address (DSA Art. 16(4) and (5)); the staff sends them."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from moderation import outcomes
from moderation.models import Report


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, in which language, and what it says."""

    to: str
    language: str
    subject: str
    body: str

    @property
    def link(self) -> str:
        """The address that has a mail program begin this letter (RFC 6068)."""
        said = {"subject": self.subject, "body": self.body.replace("\n", "\r\n")}
        return f"mailto:{quote(self.to, safe='@')}?{urlencode(said, quote_via=quote)}"


def letter(report: Report) -> Letter:
    """What there is to tell now, in the language that the notice was written in: that it came, or what became of it."""
    with translation.override(report.language or settings.LANGUAGE_CODE):
        subject = _("Your notice %(number)s") % {"number": report.number}
        return Letter(report.email, translation.get_language(), subject, "\n\n".join(_told(report)))


def _told(report: Report) -> list[str]:
    outcome = outcomes.of_report(report)
    received = _("We received your notice %(number)s on %(date)s.") % {
        "number": report.number,
        "date": formats.date_format(report.made_at, "DATE_FORMAT"),
    }
    page = settings.PUBLIC_URL + reverse("notice_receipt", args=[report.number])
    if not outcome.over:
        pending = _("A person reads it and decides. What becomes of it stands on this page: %(page)s")
        return [received, pending % {"page": page}]
    where = _("A person decided. The reasons, and what you can do if you disagree, are on this page: %(page)s")
    return [received, outcome.words, where % {"page": page}]
