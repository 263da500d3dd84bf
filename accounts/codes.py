"""Codes in circulation: what they are stored and found by, and whether they still open the door."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from accounts import invites, standing
from accounts.models import InviteCode


def digest_of(code: str) -> str:
    """What a normalised code is stored and found by; the key follows from `SECRET_KEY`."""
    key = hmac.new(settings.SECRET_KEY.encode(), b"stoa.accounts.invites", hashlib.sha256).digest()
    return invites.digest(code, key)


def find(digest: str) -> InviteCode | None:
    """The code behind a digest, whatever became of it; one query, found or not."""
    return InviteCode.objects.filter(digest=digest).select_related("issuer", "subject").first()


def refusal(invite: InviteCode | None, now: datetime) -> invites.Code | None:
    """Why what `find` gave does not open the door at `now`; None if it does.

    The codes of somebody who may not take part are as good as revoked.
    """
    if invite is None:
        return invites.Code.UNKNOWN
    if invite.issuer is not None and standing.suspended(invite.issuer, now):
        return invites.Code.REVOKED
    return invite.terms.refusal(now)
