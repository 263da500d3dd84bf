"""What erin, who has no account, is written: in her language, with her number and the way to what became of it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import User
from moderation.actions import reports
from moderation.actions.reports import Complaint
from moderation.letters import Letter, letter
from moderation.measures import Measure
from moderation.models import Channel, Report
from moderation.policies import Policy
from tests.moderation.desk import claimed, decided
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


def sent(language: str = "en") -> Report:
    complaint = Complaint(Policy.ILLEGAL, Channel.NOTICE, "They sell weapons.", language, "erin@example.org")
    return reports.notice(complaint, source=SOURCE, now=NOON)


def test_it_says_that_the_notice_came_until_it_says_what_became_of_it(dana: User) -> None:
    report = sent()
    first = letter(report)
    assert (first.to, first.language, report.number in first.subject) == ("erin@example.org", "en", True)
    assert "We received your notice" in first.body
    assert "A person reads it and decides" in first.body
    decided(claimed(report.case, dana), dana, Measure.NONE)
    report.refresh_from_db()
    then = letter(report)
    assert "We found that no rule was broken." in then.body
    assert "what you can do if you disagree" in then.body
    for one in (first, then):
        assert f"/report/{report.number}/" in one.body
        assert "Dana" not in one.body


def test_it_is_in_the_language_of_the_notice() -> None:
    assert letter(sent("zh-hans")).language == "zh-hans"


def test_a_mail_program_reads_what_is_written_and_to_nobody_else() -> None:
    one = Letter("e?cc=mallory@x&rin+1@example.org", "en", "A & B?", "One #1\n\nTwo 100 %")
    parts = urlsplit(one.link)
    assert (parts.scheme, parts.path) == ("mailto", "e%3Fcc%3Dmallory@x%26rin%2B1@example.org")
    assert parse_qs(parts.query) == {"subject": ["A & B?"], "body": ["One #1\r\n\r\nTwo 100 %"]}
