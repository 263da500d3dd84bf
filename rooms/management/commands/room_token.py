"""`manage.py room_token ROOM [--speak] [--as USER]`: prints a room token for an encoder or a player."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from moderation.audit.source import Source
from rooms import refusals
from rooms.actions.invites import operator_token
from rooms.models import Member
from rooms.roles import Rank, Refused


class Command(BaseCommand):
    """Prints a room token; whoever it is for is let into the room."""

    help = "Print a room token for WHIP (--speak) or WHEP, good for 24 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ROOM, --speak and --as."""
        parser.add_argument("room", metavar="ROOM", help="the room's id, the last part of its address")
        parser.add_argument("--speak", action="store_true", help="the holder may speak")
        parser.add_argument("--as", dest="user", metavar="USER", help="whose token it is; the host's if not given")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the token."""
        user = _named(options["user"]) if options["user"] else _host(options["room"])
        if user is None:
            raise CommandError("there is no such room or user: ROOM is the last part of its address, USER a user name")
        source, now = Source.internal("command"), timezone.now()
        try:
            token = operator_token(options["room"], user, speak=options["speak"], source=source, now=now)
        except Refused as refused:
            raise CommandError(refusals.body(refused.code)["message"]) from refused
        self.stdout.write(token.sign())


def _named(username: str) -> User | None:
    return User.objects.filter(username__iexact=username, is_active=True).first()


def _host(room: str) -> User | None:
    host = Member.objects.filter(room=room, rank=Rank.HOST).select_related("user").first()
    return host.user if host else None
