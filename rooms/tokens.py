"""Room tokens: what an encoder or a player shows instead of a browser's session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import standing
from accounts.models import User
from rooms.roles import Code, Refused

LIFETIME = timedelta(hours=24)
_SALT = "rooms.token"


@dataclass(frozen=True, slots=True)
class RoomToken:
    """What a token says: which room, for whom (`uid`), whether to speak, until when, and a part of their `proof`.

    It opens nothing by itself: whether its holder may still come in, or speak, is asked when it is used.
    """

    room: str
    uid: str
    speak: bool
    expires_at: datetime
    proof: str

    def sign(self) -> str:
        """The token as text, signed with the server's key."""
        expires = int(self.expires_at.timestamp())
        return signing.dumps([self.room, self.uid, self.speak, expires, self.proof], salt=_SALT)


def proof(user: User) -> str:
    """What a token of this person carries: it is another after a new password, and then their old tokens are void."""
    return user.get_session_auth_hash()[:16]


def holder(token: RoomToken) -> User:
    """Whose token it is.

    Raises `Refused`: BAD_TOKEN for somebody deactivated, or with a new password since, SUSPENDED.
    """
    user = User.objects.filter(uid=token.uid, is_active=True).first()
    if user is None or not constant_time_compare(proof(user), token.proof):
        raise Refused(Code.BAD_TOKEN)
    if standing.suspended(user, timezone.now()):
        raise Refused(Code.SUSPENDED)
    return user


def read(text: str, now: datetime) -> RoomToken:
    """The token in `text`. Raises `Refused(BAD_TOKEN)` for one that is not ours or has expired."""
    try:
        room, uid, speak, expires, proof = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:  # or one from before tokens had these parts
        raise Refused(Code.BAD_TOKEN) from error
    token = RoomToken(room, uid, speak, datetime.fromtimestamp(expires, UTC), proof)
    if token.expires_at <= now:
        raise Refused(Code.BAD_TOKEN)
    return token
