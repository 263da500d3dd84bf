"""The audit log as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Labelled `audit`, the prefix of its tables."""

    name = "moderation.audit"
    label = "audit"
