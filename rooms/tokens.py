"""Room tokens: what an encoder or a player shows instead of a browser's session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from rooms.roles import Code, Refused

LIFETIME = timedelta(hours=24)
_SALT = "rooms.token"


@dataclass(frozen=True, slots=True)
class RoomToken:
    """What a token says: which room, for whom (`uid`), whether to speak, until when.

    It opens nothing by itself: whether its holder may still come in, or speak, is asked when it is used.
    """

    room: str
    uid: str
    speak: bool
    expires_at: datetime

    def sign(self) -> str:
        """The token as text, signed with the server's key."""
        return signing.dumps([self.room, self.uid, self.speak, int(self.expires_at.timestamp())], salt=_SALT)


def read(text: str, now: datetime) -> RoomToken:
    """The token in `text`. Raises `Refused(BAD_TOKEN)` for one that is not ours or has expired."""
    try:
        room, uid, speak, expires = signing.loads(text, salt=_SALT)
    except signing.BadSignature as error:
        raise Refused(Code.BAD_TOKEN) from error
    token = RoomToken(room, uid, speak, datetime.fromtimestamp(expires, UTC))
    if token.expires_at <= now:
        raise Refused(Code.BAD_TOKEN)
    return token
