from datetime import UTC, datetime, timedelta

import pytest

from moderation.actions.base import Code, Refused
from moderation.actions.statements import newest, state
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Statement

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db


def test_the_newest_statement_of_a_topic_counts_and_the_others_stay() -> None:
    state("location", "In Bonn.", "", by="a", now=NOON, source=SOURCE)
    state("location", "In Berlin.", "位于柏林。", by="a", now=NOON + timedelta(days=1), source=SOURCE)
    assert newest()["location"].chinese == "位于柏林。"
    assert Statement.objects.count() == 2


def test_its_words_stay_out_of_the_log() -> None:
    made = state("officer", "Ms Li, +86 10 0000", "", by="a", now=NOON, source=SOURCE)
    entry = Entry.objects.get(pk=made.entry)
    assert (entry.action, entry.object_id, set(entry.detail)) == ("statement.make", "officer", {"words"})
    assert "Li" not in str(entry.detail)


def test_a_statement_that_says_nothing_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(Refused) as refused:
        state("location", " ", "", by="a", now=NOON, source=SOURCE)
    assert refused.value.code is Code.EMPTY
    assert not Statement.objects.exists()
    assert not Entry.objects.exists()
