"""What every action on people is made of."""

from collections.abc import Mapping
from enum import StrEnum

from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source


class Code(StrEnum):
    """Why an act is refused."""

    QUOTA = "quota"  # more people than this member may let in
    TAKEN = "user_name_taken"
    GONE = "not_found"  # no such code of theirs, or it was revoked already
    OWNED = "has_an_owner"
    ONESELF = "oneself"  # nobody blocks themselves
    TOO_MANY_BLOCKS = "too_many_blocks"
    FROZEN = "invites_frozen"
    OWNER = "owner"  # of this server, whom nobody suspends
    SUSPENDED = "suspended"
    ENDED = "ended"  # the account, which was closed
    ALREADY = "already"


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The act is not done and nothing changed; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def note(action: str, user: User, source: Source, **detail: object) -> None:
    """Record that `user` did something about themselves."""
    record(action, source=source, actor=user.uid, object_type="user", object_id=user.uid, detail=detail)


def note_change(user: User, source: Source, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """Record that `user` changed something they are known by: which fields, and never what they say."""
    change = {"before": before, "after": after, "detail": {"fields": sorted(after)}}
    act = {"object_type": "user", "object_id": user.uid, **change}
    record("account.change", source=source, actor=user.uid, **act)  # type: ignore[arg-type]  # the words of `Act`
