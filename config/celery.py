"""The Celery application: slow work on rows, in processes of its own."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun

from moderation.audit.source import correlation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("stoa")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """Leave logging as the settings have it: that somebody listens keeps Celery from its own."""


@task_prerun.connect
def name_what_belongs_together(task_id: str, **_kwargs: Any) -> None:
    """Name all that a task writes after the task."""
    correlation.set(task_id.replace("-", ""))
