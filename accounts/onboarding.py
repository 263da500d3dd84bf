"""From a code to the hallway: what somebody has answered so far, and which screen comes next.

It stands in their session; of the code only its keyed hash, of the password only its hash. Nothing is written about
them anywhere else before they accept what applies here.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from django.http import HttpRequest

from accounts.actions import Keys
from accounts.models import InviteCode, Purpose, User, new_uid

SESSION_KEY = "onboarding"


class Step(StrEnum):
    """A screen; its value is its path. USER_NAME is beside the way: most people keep the name suggested to them."""

    NAME = "name"
    USER_NAME = "user-name"
    KEYS = "keys"
    NOTICE = "notice"


@dataclass
class Answers:
    """What somebody has answered so far, and where they were going."""

    digest: str
    purpose: str
    uid: str
    username: str
    username_given: bool
    display_name: str
    next: str
    username_own: bool = False  # they chose it themselves
    password: str = ""  # hashed
    passkey: dict[str, Any] | None = None

    @classmethod
    def begin(cls, invite: InviteCode, destination: str) -> Self:
        """Nothing but what the code says."""
        subject = invite.subject
        if subject is not None:
            return cls(invite.digest, invite.purpose, subject.uid, subject.username, True, subject.display_name, "")
        return cls(invite.digest, invite.purpose, new_uid(), invite.username, bool(invite.username), "", destination)

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """What stands in the session; None outside onboarding."""
        kept = request.session.get(SESSION_KEY)
        return cls(**kept) if kept else None

    def keep(self, request: HttpRequest) -> None:
        """Put it into the session."""
        request.session[SESSION_KEY] = asdict(self)

    @staticmethod
    def forget(request: HttpRequest) -> None:
        """Take it out of the session."""
        request.session.pop(SESSION_KEY, None)

    def path(self) -> list[Step]:
        """The screens of this person, in order."""
        return [Step.KEYS] if self.purpose == Purpose.RESET else [Step.NAME, Step.KEYS, Step.NOTICE]

    def reached(self) -> Step:
        """The first screen that has no answer yet."""
        if self.purpose == Purpose.RESET:
            return Step.KEYS
        have = {Step.NAME: self.display_name, Step.USER_NAME: self.username, Step.KEYS: self.has_keys()}
        return next(step for step in Step if not have.get(step))

    def may_see(self, name: str) -> bool:
        """Whether the screen of this name is theirs, and not too far ahead."""
        screens = list(Step)
        theirs = self.path() if self.username_given else screens
        return name in theirs and screens.index(Step(name)) <= screens.index(self.reached())

    def has_keys(self) -> bool:
        """Whether they chose how to sign in."""
        return bool(self.password or self.passkey)

    def person(self) -> User:
        """Them, not yet stored: what a passkey is made for and a password compared with."""
        return User(uid=self.uid, username=self.username, display_name=self.display_name)

    def keys(self) -> Keys:
        """How they are going to sign in."""
        return Keys(self.password, self.passkey)
