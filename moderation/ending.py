"""What becomes of all that points to a person whose account ends. PURE: one table.

An account is closed at once: nobody signs in to it, hears of it or sees a name of it. Soon after, or once nothing that
`moderation.audit.erase` names prevents it any more, the person is erased: their key in the log, and what is personal in
their row, which is nobody's from then on. That row goes once nothing keeps it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Fate(StrEnum):
    """What becomes of rows that point to the person. The values are the words of the documentation."""

    CLOSED = "deleted as the account is closed"
    ERASED = "deleted as the person is erased"
    EMPTIED = "kept, and points to nobody once the person is erased"
    NAMELESS = "kept, and points to a row without a name while there is one"
    KEEPS = "kept, and keeps the row without a name for as long"


PLAN: Mapping[str, Fate] = MappingProxyType({
    "account.EmailAddress.user": Fate.CLOSED,
    "accounts.Block.blocker": Fate.CLOSED,
    "accounts.Block.blocked": Fate.CLOSED,
    "accounts.PushSubscription.user": Fate.CLOSED,
    "accounts.User_groups.user": Fate.CLOSED,
    "accounts.User_user_permissions.user": Fate.CLOSED,
    "mfa.Authenticator.user": Fate.CLOSED,
    "moderation.Staff.user": Fate.CLOSED,
    "rooms.Reminder.user": Fate.CLOSED,
    "rooms.RoomInvite.issuer": Fate.CLOSED,
    "usersessions.UserSession.user": Fate.CLOSED,
    "accounts.Acceptance.user": Fate.ERASED,
    "moderation.DataRequest.user": Fate.ERASED,
    "rooms.Member.user": Fate.ERASED,
    "moderation.Appeal.by": Fate.EMPTIED,
    "moderation.Case.holder": Fate.EMPTIED,
    "moderation.Evidence.user": Fate.EMPTIED,
    "moderation.Finding.owner": Fate.EMPTIED,
    "moderation.Report.reporter": Fate.EMPTIED,
    "moderation.Report.staff": Fate.EMPTIED,
    "accounts.BarredDevice.user": Fate.NAMELESS,
    "accounts.InviteCode.issuer": Fate.NAMELESS,
    "accounts.InviteCode.subject": Fate.NAMELESS,
    "accounts.Redemption.user": Fate.NAMELESS,
    "moderation.Case.host": Fate.NAMELESS,
    "moderation.Case.subject": Fate.NAMELESS,
    "moderation.Decision.subject": Fate.NAMELESS,
    "moderation.Appeal.hearer": Fate.KEEPS,
    "moderation.Decision.made_by": Fate.KEEPS,
    "moderation.Decision.second": Fate.KEEPS,
    "moderation.Decision.undone_by": Fate.KEEPS,
    "moderation.Grant.asked_by": Fate.KEEPS,
    "moderation.Grant.approver": Fate.KEEPS,
    "moderation.HoldRequest.asked_by": Fate.KEEPS,
    "moderation.HoldRequest.approver": Fate.KEEPS,
    "moderation.LawfulRequest.asked_by": Fate.KEEPS,
    "moderation.LawfulRequest.approver": Fate.KEEPS,
    "moderation.Unmasking.asked_by": Fate.KEEPS,
    "moderation.Unmasking.approver": Fate.KEEPS,
})  # fmt: skip
"""Every column that points to an account, as app, model and field.

Rows that name people by their id are not in it: the erasure from the log reaches those (`actions.erasures`).
"""

QUIET = timedelta(minutes=1)
"""From the closing to the erasure at the least: what was under way about the person is written down by then."""
FLOOR: Mapping[str, timedelta] = MappingProxyType({"cn": timedelta(days=184)})
"""From the closing to the erasure by profile, where the law keeps the log whole (CSL Art. 23(3), PIPL Art. 47)."""


def due(ended_at: datetime, profile: str) -> datetime:
    """When the person is erased, where nothing else prevents it."""
    return ended_at + FLOOR.get(profile, QUIET)


def goes(suspended_until: datetime | None, now: datetime, *, kept: bool, followed: bool) -> bool:
    """Whether the row without a name may go.

    Not while a suspension of it lasts: by it browsers are barred, and its place in the tree of invites stays. `kept`
    says that rows do which `KEEPS`; `followed` that somebody who came by its codes has an account, whose branch would
    lead nowhere without it.
    """
    suspended = suspended_until is not None and suspended_until > now
    return not (suspended or kept or followed)
