"""Letting go of whoever is erased from the log, in the rows that name people by their id and not by their account."""

from accounts.models import Switch
from moderation.models import (
    DataRequest,
    HoldRequest,
    LawfulRequest,
    PolicyText,
    Review,
    Staff,
    Statement,
    Unmasking,
)

DOERS = (
    (Staff, "granted_by"),
    (Statement, "made_by"),
    (PolicyText, "made_by"),
    (Review, "run_by"),
    (DataRequest, "answered_by"),
    (Switch, "pulled_by"),
)
"""Who did something: nobody, from now on."""

SUBJECTS = ((LawfulRequest, "person"), (Unmasking, "person"), (HoldRequest, "object_id"))
"""Whom something was about: `ERASED`, since a request about nobody would be one about everybody."""

ERASED = "erased"


def let_go(uid: str, **_signal: object) -> None:
    """Nothing: no row says any more that this person did it or was meant; that it was done, the log goes on saying."""
    for columns, instead in ((DOERS, ""), (SUBJECTS, ERASED)):
        for model, column in columns:
            model._default_manager.filter(**{column: uid}).update(**{column: instead})  # noqa: SLF001  # documented
