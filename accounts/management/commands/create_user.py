"""`manage.py create_user NAME`: a one-time link by which somebody makes, or gets back into, their account."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.forms import username_of
from accounts.models import User
from moderation.audit.source import Source


class Command(BaseCommand):
    """Prints the link and nothing else on standard output; it works once, for seven days."""

    help = (
        "Prints a one-time link. For a new NAME it makes the account; for an existing one it replaces the password, "
        "passkeys and second factors by new ones and ends every session. With --owner: the server's first account."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME, or --owner."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("name", nargs="?", help="the user name")
        who.add_argument("--owner", action="store_true", help="make the account that owns this server")

    def handle(self, *_: Any, **options: Any) -> str:
        """The link. Raises `CommandError` for a name nobody may have, and for a second owner."""
        link = actions.owner_link() if options["owner"] else self._link(options["name"])
        if link is None:
            raise CommandError("This server has an owner already.")
        return link

    def _link(self, name: str) -> str:
        source, now = Source.internal("command"), timezone.now()
        user = User.objects.filter(username__iexact=name).first()
        if user is not None:
            try:
                code = actions.issue_reset(user, now=now, source=source)
            except actions.Refused as error:
                raise CommandError(
                    "That account has ended. The name is free again once all of it is erased."
                ) from error
            self.stderr.write(f"{user.username} has an account: opening the link replaces every way into it.")
            return actions.link(code)
        try:
            username = username_of(name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return actions.link(actions.issue_by_operator(username=username, now=now, source=source))
