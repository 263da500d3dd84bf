from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from moderation.models import Staff


def run(*words: str) -> str:
    out = StringIO()
    call_command("staff", *words, stdout=out)
    return out.getvalue()


def test_it_grants_lists_and_revokes(alice: User) -> None:
    assert "alice is reviewer until" in run("grant", "Alice", "reviewer", "--days", "7")
    assert run("list").startswith("alice is reviewer until")
    assert run("revoke", "alice") == "alice is off the staff.\n"
    assert run("list") == ""


def test_a_reviewer_without_days_is_refused_with_what_to_do(mallory: User) -> None:
    with pytest.raises(CommandError, match="--days"):
        run("grant", "mallory", "reviewer")
    assert not Staff.objects.exists()


@pytest.mark.parametrize("words", [("grant", "nobody", "senior"), ("revoke", "nobody")])
def test_whoever_has_no_account_is_refused(db: None, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="no such user"):
        run(*words)


def test_whoever_is_not_on_the_staff_cannot_be_revoked(mallory: User) -> None:
    with pytest.raises(CommandError, match="not on the staff"):
        run("revoke", "mallory")
