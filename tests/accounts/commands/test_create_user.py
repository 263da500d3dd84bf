"""`manage.py create_user`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import codes, invites
from accounts.models import InviteCode, Purpose, User
from tests.log import entry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command prints on standard output."""
    out = StringIO()
    call_command("create_user", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def behind(link: str) -> InviteCode:
    invite = codes.find(codes.digest_of(invites.normalise(link)))
    assert invite is not None
    return invite


def test_a_new_name_gets_a_link_for_that_name_and_no_account_yet() -> None:
    link = run("Dana")
    assert link.startswith("http://localhost:8000/join/")
    assert behind(link).username == "dana"
    assert not User.objects.exists()
    issued = entry(action="invite.issue")
    assert (issued.channel, issued.actor) == ("command", "")
    assert "dana" not in repr(issued)


def test_an_existing_name_gets_a_reset_link(bob: User) -> None:
    invite = behind(run("BOB"))
    assert (invite.purpose, invite.subject) == (Purpose.RESET, bob)


@pytest.mark.parametrize("name", ["admin", "a b", "x", ""])
def test_a_name_nobody_may_have_is_refused(name: str) -> None:
    with pytest.raises(CommandError):
        run(name)
    assert not InviteCode.objects.exists()


def test_the_owner_link_is_given_until_there_is_an_owner(alice: User) -> None:
    assert behind(run("--owner")).purpose == Purpose.OWNER
    User.objects.update(is_superuser=True)
    with pytest.raises(CommandError, match="has an owner already"):
        run("--owner")


def test_a_name_or_owner_is_needed_and_not_both() -> None:
    for arguments in ((), ("dana", "--owner")):
        with pytest.raises(CommandError):
            run(*arguments)
