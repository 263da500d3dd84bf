"""The review from the command line; what it writes and says is tested with goal G21."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from moderation.models import Review

pytestmark = pytest.mark.django_db


def test_one_language_and_profile_are_written_for_the_days_that_were_asked_for(tmp_path: Path) -> None:
    days = ("--from", "2026-11-01", "--to", "2026-11-02")
    call_command("security_review", "--profile", "asvs", *days, "--language", "en", "--out", str(tmp_path / "out"))
    review = Review.objects.get()
    assert (review.profile, (review.end - review.start).days) == ("asvs", 2)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".txt", ".html", ".pdf"}


def test_without_days_it_is_the_last_thirty(tmp_path: Path) -> None:
    call_command("security_review", "--out", str(tmp_path / "out"))
    review = Review.objects.get()
    assert (review.profile, (review.end - review.start).days) == ("cn", 30)


def test_days_in_the_wrong_order_are_refused_and_nothing_is_run(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must not come before"):
        call_command("security_review", "--from", "2026-11-02", "--to", "2026-11-01", "--out", str(tmp_path / "out"))
    assert not Review.objects.exists()
    assert not (tmp_path / "out").exists()
