"""`manage.py migrate`, as the database's owner, who then gives the servers' role its rights."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from moderation.audit import role

MAKE_IT = (
    "The servers' role {0} is not there, and the owner may make none: "
    "CREATE ROLE {0} LOGIN PASSWORD '...', as somebody who may, and migrate again."
)


class Command(migrate.Command):
    """Django's own, with the owner's connection where DATABASE_OWNER_URL names one."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; new tables are then open to the servers, and the log only to be added to."""
        with role.as_owner():
            super().handle(*args, **options)
            if "owner" in connections.settings and options["database"] == "default":
                _let_in(connections.settings["default"])


def _let_in(servers: dict[str, Any]) -> None:
    """Nothing: the servers' role is there, by the name and password of DATABASE_URL, and has its rights."""
    name = str(servers["USER"])
    try:
        role.make(name, str(servers["PASSWORD"] or ""))
    except DatabaseError as error:
        raise CommandError(MAKE_IT.format(name)) from error
    role.grant(name)
