"""Letting go of whoever is erased from the log, in the rows that name people by their id and not by their account;
and no erasure in the middle of a case.
"""

from datetime import datetime, timedelta

from django.db import OperationalError, connection
from django.db.models import Q

from accounts.models import Switch, User
from moderation.audit.erase import BusyError, NeededError
from moderation.cases import State
from moderation.models import (
    Case,
    DataRequest,
    Decision,
    Evidence,
    HoldRequest,
    LawfulRequest,
    PolicyText,
    Report,
    Review,
    Staff,
    Statement,
    Unmasking,
    Wish,
)

DOERS = (
    (Statement, "made_by"),
    (PolicyText, "made_by"),
    (Review, "run_by"),
    (DataRequest, "answered_by"),
    (Switch, "pulled_by"),
)
"""Who did something: nobody, from now on."""

SUBJECTS = (
    (LawfulRequest, "person"),
    (Unmasking, "person"),
    (HoldRequest, "object_id"),
    (Staff, "granted_by"),
)
"""Whom something was about: `ERASED`, since a request about nobody would be one about everybody; and who let somebody
onto the staff, since nobody is the operator.
"""

ERASED = "erased"

WAITS = timedelta(days=365)
"""No longer do cases keep somebody who asked to be erased, or ended their account, however many they are: as long as
evidence, at most."""


def let_go(uid: str, now: datetime, **_signal: object) -> None:
    """Nothing: no row says any more that this person did it or was meant; that it was done, the log goes on saying.
    What they asked for is done by that.

    Raises `NeededError` while a case that is not closed has a part of theirs, and they neither asked nor left a year
    ago, and `BusyError` while one may just be opened.
    """
    _keep_others_out(uid)
    wait(uid, now)
    for columns, instead in ((DOERS, ""), (SUBJECTS, ERASED)):
        for model, column in columns:
            model._default_manager.filter(**{column: uid}).update(**{column: instead})  # noqa: SLF001  # documented
    DataRequest.objects.filter(user__uid=uid, wish=Wish.ERASURE).update(done=True)


def _keep_others_out(uid: str) -> None:
    """Until the end, no case is opened that has a part of theirs: the row of their account is held.

    It is not waited for: whoever has it may wait for the person's key in the log, which is held already.
    """
    if not connection.features.has_select_for_update_nowait:
        return
    try:
        list(User.objects.select_for_update(nowait=True).filter(uid=uid))
    except OperationalError as error:
        raise BusyError from error


def wait(uid: str, now: datetime) -> None:
    """Nothing, where no case keeps the person; raises `NeededError` as `let_go` does.

    A request that was refused or is done counts no more: once made, it would open every later case to whoever leaves.
    """
    found = _cases(uid)
    asked = DataRequest.objects.filter(user__uid=uid, wish=Wish.ERASURE, asked_at__lte=now - WAITS)
    asked = asked.filter(done=False).exclude(granted=False)
    ended = User.objects.filter(uid=uid, ended_at__lte=now - WAITS)
    if found and not (asked.exists() or ended.exists()):
        raise NeededError(found, WAITS.days)


def _cases(uid: str) -> list[int]:
    """The cases that are not closed and are about this person, have their voice, or were reported by them."""
    part = Q(subject__uid=uid) | Q(host__uid=uid)
    for rows in (
        Report.objects.filter(Q(reporter__uid=uid) | Q(staff__uid=uid)),
        Evidence.objects.filter(user__uid=uid),
        Decision.objects.filter(subject__uid=uid),
    ):
        part |= Q(pk__in=rows.values("case"))
    living = Case.objects.filter(part).exclude(state=State.CLOSED)
    return list(living.order_by("pk").values_list("pk", flat=True))
