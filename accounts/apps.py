"""The app of people."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Connects what signs people in and out to the audit log."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the signal handlers."""
        import accounts.signals  # noqa: F401  # models must be loaded first
