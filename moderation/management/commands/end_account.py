"""`manage.py end_account NAME`: somebody's account is ended for them, as they would under `/privacy/end/`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from moderation.actions import endings
from moderation.actions.base import Code, Refused
from moderation.audit.source import Source


class Command(BaseCommand):
    """Closes the account; the workers erase the person."""

    help = (
        "Ends the account of NAME: it is closed at once, and all that is personal is erased a minute later, or once no "
        "case and no legal hold needs it any more. This cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME."""
        parser.add_argument("name", help="the user name")

    def handle(self, *_: Any, name: str, **_options: Any) -> str:
        """What was done. Raises `CommandError` where there is no such account, or nothing could be done."""
        user = User.objects.filter(username__iexact=name, ended_at=None).first()
        if user is None:
            raise CommandError("There is no such user.")
        try:
            endings.close(user, by=None, now=timezone.now(), source=Source.internal("command"))
        except Refused as refused:
            raise CommandError(WORDS[refused.code]) from refused
        return (
            f"The account of {user.username} is closed. The workers erase them in a minute, or once nothing needs them "
            "any more: /console/retention/ says what for."
        )


WORDS: dict[str, str] = {
    Code.ALREADY: "Somebody else has just ended it.",
    Code.AWAY: "Redis is away, so nobody could be put out of a room. Nothing was done; try again.",
}
