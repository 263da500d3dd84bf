"""`manage.py migrate`, as the database's owner, who then gives the servers' role its rights."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from moderation.audit import role


class Command(migrate.Command):
    """Django's own, with the owner's connection where DATABASE_OWNER_URL names one."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; new tables are then open to the servers, and the log only to be added to."""
        with role.as_owner():
            super().handle(*args, **options)
            if "owner" in connections.settings and options["database"] == "default":
                role.grant(str(connections.settings["default"]["USER"]))
