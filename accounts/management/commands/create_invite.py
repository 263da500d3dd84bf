"""`manage.py create_invite`: an invite code that no member answers for."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from moderation.audit.source import Source


class Command(BaseCommand):
    """Prints the link and nothing else on standard output."""

    help = "Prints an invite link, for one person and seven days unless told otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many people, and how long."""
        parser.add_argument("--uses", type=int, default=1, help="how many people may come in by it (1 to 10000)")
        parser.add_argument("--days", type=int, default=7, help="how long it is good for (1 to 365)")

    def handle(self, *_: Any, **options: Any) -> str:
        """The link. Raises `CommandError` for numbers out of range."""
        uses, days = options["uses"], options["days"]
        if not 1 <= uses <= 10_000 or not 1 <= days <= 365:
            raise CommandError("--uses takes 1 to 10000, --days 1 to 365.")
        code = actions.issue_by_operator(
            uses=uses, lifetime=timedelta(days=days), now=timezone.now(), source=Source.internal("command")
        )
        return actions.link(code)
