"""`manage.py assets`: what pages need besides the code, made from it: translations and static files."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import catalog, static


class Command(BaseCommand):
    """Makes whatever is missing or out of date; `serve` does the same at its start."""

    help = "Compile translations (without GNU gettext) and collect static files, where they have changed."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make them."""
        catalog.compile_all(settings.BASE_DIR / "locale")
        catalog.write_scripts(settings.BASE_DIR / "locale", dict(settings.LANGUAGES))
        static.collect()
