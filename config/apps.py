"""What every process of Django sets up once."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Makes ours the Celery application of every thread, so that the web tier can hand work over too."""

    name = "config"

    def ready(self) -> None:
        """Nothing: the application is there."""
        from config.celery import app  # it reads the models

        app.set_default()
