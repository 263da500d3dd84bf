"""What a browser may use to get through a firewall: a TURN server, with credentials that soon expire."""

import base64
import hashlib
import hmac
from typing import TypedDict

from django.conf import settings

SECONDS = 600


class Server(TypedDict):
    """One of `RTCConfiguration.iceServers`."""

    urls: list[str]
    username: str
    credential: str


def servers(uid: str, now: float) -> list[Server]:
    """`RTCConfiguration.iceServers` for this person; empty where no TURN server is set up.

    Time-limited credentials as coturn's `use-auth-secret` takes them (draft-uberti-behave-turn-rest): the user name is
    the expiry (Unix time) and an id, the password its HMAC-SHA1 under the shared secret.
    """
    if not settings.TURN_URLS:
        return []
    username = f"{int(now) + SECONDS}:{uid}"
    digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), hashlib.sha1).digest()
    return [Server(urls=list(settings.TURN_URLS), username=username, credential=base64.b64encode(digest).decode())]
