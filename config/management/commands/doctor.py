"""`manage.py doctor`: what stands in the way of a working Stoa, and what to do about it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import doctor
from config.finding import Level


class Command(BaseCommand):
    """Prints one line per check; ends with status 1 when one of them fails."""

    help = "Check ports, media, clock, certificate, addresses, TURN, database, log, Redis and disk."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the findings."""
        findings = doctor.examine()
        for subject, finding in findings.items():
            self.stdout.write(f"{finding.level:<5} {subject:<9} {finding.text}")
            if finding.advice and finding.level is not Level.OK:
                self.stdout.write(f"{'':<16}-> {finding.advice}")
        failed = ", ".join(subject for subject, finding in findings.items() if finding.level is Level.FAIL)
        if failed:
            raise CommandError("not ready: " + failed)
