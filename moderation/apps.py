"""Moderation as a Django app: the staff, the console and the security review."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Labelled `moderation`; the log below it is an app of its own."""

    name = "moderation"
