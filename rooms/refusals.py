"""What a refusal becomes outside: an HTTP status, a close code of the room socket, and words."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rooms.roles import Code

REFUSALS: Mapping[Code, tuple[int, int, Promise]] = MappingProxyType({
    Code.BAD_MESSAGE: (400, 0, _("That could not be understood.")),
    Code.TOO_LARGE: (413, 0, _("That is too large.")),
    Code.TOO_MANY: (429, 4429, _("Too many at once. Wait a moment and try again.")),
    Code.SIGNED_OUT: (401, 4401, _("Sign in first.")),
    Code.SUSPENDED: (403, 4424, _("Your account is suspended: you cannot take part for now.")),
    Code.CLOSED: (503, 4426, _("This server is closed for now: no room opens, and nobody comes into one.")),
    Code.BRAKED: (429, 4427, _("The moderators of this server let only some people in a minute. Try again soon.")),
    Code.NOT_FOUND: (404, 4404, _("There is no such room, or you are not invited to it.")),
    Code.NOT_STARTED: (409, 4425, _("This room has not started yet.")),
    Code.ENDED: (409, 4410, _("This room is over.")),
    Code.LOCKED: (403, 4423, _("The host or a moderator locked this room: nobody new can come in.")),
    Code.LOCKED_BY_STAFF: (403, 4428, _("A moderator of this server locked this room: nobody new comes in.")),
    Code.FULL: (409, 4420, _("This room is full. Try again when somebody has left.")),
    Code.STAGE_FULL: (409, 0, _("The stage is full. There is room again when somebody steps down.")),
    Code.PLANNED: (409, 0, _("You have as many rooms planned as one person may. Cancel one, or start one first.")),
    Code.REMOVED: (403, 4403, _("You were removed from this room.")),
    Code.BANNED: (403, 4403, _("You are banned from this room.")),
    Code.REPLACED: (409, 4409, _("You opened this room somewhere else.")),
    Code.TOO_SLOW: (408, 4413, _("Your connection was too slow.")),
    Code.FORBIDDEN: (403, 0, _("You may not do that here.")),
    Code.WRONG_STAGE: (409, 0, _("That is not possible at the moment.")),
    Code.ALREADY: (409, 0, _("That is already so.")),
    Code.SLOW_MODE: (429, 0, _("A moderator of this server slowed this room. Wait before you raise a hand again.")),
    Code.NO_MEMBER: (404, 0, _("There is no such member.")),
    Code.NOT_PRESENT: (409, 0, _("That member is not in the room.")),
    Code.BAD_WORDS: (400, 0, _("Please choose other words.")),
    Code.BAD_LINK: (400, 0, _("Give a link that begins with https:// or http://, without a name or password in it.")),
    Code.BAD_SDP: (400, 0, _("The audio connection could not be set up.")),
    Code.BAD_TYPE: (415, 0, _("Send SDP, as application/sdp.")),
    Code.BAD_TOKEN: (401, 0, _("The room token is missing, wrong or expired.")),
    Code.UNAVAILABLE: (503, 0, _("That is not possible right now. Try again in a moment.")),
})  # fmt: skip


def status(code: Code) -> int:
    """The HTTP status."""
    return REFUSALS[code][0]


def close_code(code: Code) -> int:
    """The close code of a socket that is refused from the start."""
    return REFUSALS[code][1] or 4400


def body(code: Code) -> dict[str, str]:
    """What an API answers: the stable code, and words in the language that is active."""
    return {"code": code.value, "message": str(REFUSALS[code][2])}
