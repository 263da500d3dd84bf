"""`manage.py create_invite`."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import codes, invites
from accounts.models import InviteCode

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command prints on standard output."""
    out = StringIO()
    call_command("create_invite", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_link_for_one_person_and_seven_days() -> None:
    invite = codes.find(codes.digest_of(invites.normalise(run())))
    assert invite is not None
    assert (invite.issuer, invite.uses) == (None, 1)
    assert invite.expires_at - invite.created_at == timedelta(days=7)


def test_it_takes_how_many_and_how_long() -> None:
    run("--uses", "30", "--days", "2")
    invite = InviteCode.objects.get()
    assert (invite.uses, invite.expires_at - invite.created_at) == (30, timedelta(days=2))


@pytest.mark.parametrize("arguments", [("--uses", "0"), ("--uses", "10001"), ("--days", "0"), ("--days", "366")])
def test_numbers_out_of_range_are_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not InviteCode.objects.exists()
