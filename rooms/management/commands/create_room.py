"""`manage.py create_room NAME --host USER [--invite-only]`: opens a room and prints its address."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from moderation.audit.source import Source
from rooms import refusals
from rooms.actions.rooms import Plan, open_room
from rooms.models import Access
from rooms.roles import Refused


class Command(BaseCommand):
    """Opens a live room."""

    help = "Open a room and print its address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare NAME, --host and --invite-only."""
        parser.add_argument("name", metavar="NAME", help="the room's title")
        parser.add_argument("--host", required=True, metavar="USER", help="the user name of the host")
        parser.add_argument("--invite-only", action="store_true", help="only those with an invite may know of it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open the room."""
        host = User.objects.filter(username__iexact=options["host"], is_active=True).first()
        if host is None:
            raise CommandError("there is no such user")
        plan = Plan(options["name"], Access.INVITE if options["invite_only"] else Access.OPEN)
        try:
            room = open_room(host, plan, source=Source.internal("command"), now=timezone.now())
        except Refused as refused:
            raise CommandError(refusals.body(refused.code)["message"]) from refused
        self.stdout.write(f"{settings.PUBLIC_URL}/r/{room.pk}")
