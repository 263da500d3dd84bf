"""Moderation as a Django app: the staff, the console and the security review."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Labelled `moderation`; the log below it is an app of its own."""

    name = "moderation"

    def ready(self) -> None:
        """From now on what media processes seal is kept, who is erased is let go of, and a case keeps its entries."""
        from moderation.actions.deadlines import needed
        from moderation.actions.erasures import let_go
        from moderation.audit.erase import erasing
        from moderation.audit.prune import pruning
        from moderation.receivers import answered
        from rooms.evidence import sealed

        sealed.connect(answered, dispatch_uid="moderation")
        erasing.connect(let_go, dispatch_uid="moderation")
        pruning.connect(needed, dispatch_uid="moderation")
