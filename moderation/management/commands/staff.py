"""`manage.py staff grant USER ROLE [--days N]`, `staff revoke USER`, `staff list`: who may enter the console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from moderation.actions import staff
from moderation.actions.base import Refused
from moderation.audit.source import Source
from moderation.models import Staff
from moderation.staff import LONGEST_REVIEW, Role


class Command(BaseCommand):
    """Puts people on the staff, takes them off it, and lists who is on it."""

    help = "Who may enter the console: staff grant USER ROLE [--days N] | revoke USER | list."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three ways to call it."""
        ways = parser.add_subparsers(dest="way", required=True)
        grant = ways.add_parser("grant", help="put somebody on the staff, or give them another role")
        grant.add_argument("user", metavar="USER", help="the user name")
        grant.add_argument("role", choices=[role.value for role in Role])
        grant.add_argument(
            "--days", type=int, help=f"how long (1 to {LONGEST_REVIEW.days}); a reviewer or inspector needs it"
        )
        revoke = ways.add_parser("revoke", help="take somebody off the staff")
        revoke.add_argument("user", metavar="USER", help="the user name")
        ways.add_parser("list", help="who is on the staff")

    def handle(self, *_: Any, way: str, **options: Any) -> str:
        """What was done, or who is on the staff. Raises `CommandError` for what is refused."""
        if way == "list":
            return "\n".join(map(_line, Staff.objects.select_related("user").order_by("user__username")))
        user = User.objects.filter(username__iexact=options["user"]).first()
        if user is None:
            raise CommandError("There is no such user.")
        source, now = Source.internal("command"), timezone.now()
        try:
            if way == "revoke":
                staff.revoke(user, source=source)
                return f"{user.username} is off the staff."
            return _line(staff.grant(user, Role(options["role"]), options["days"], now=now, source=source))
        except Refused as refused:
            raise CommandError(WORDS[refused.code]) from refused


WORDS = {
    "length": f"Say with --days how long, 1 to {LONGEST_REVIEW.days}; a reviewer or an inspector always leaves again.",
    "not_found": "They are not on the staff.",
}


def _line(row: Staff) -> str:
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else "without end"
    return f"{row.user.username} is {row.role} {until}."
