"""Codes: into circulation, out of it, and used."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts import invites
from accounts.actions.base import Code, Refused
from accounts.actions.standing import held
from accounts.codes import digest_of, refusal
from accounts.models import InviteCode, Lever, Purpose, User
from accounts.standing import suspended
from accounts.switches import pulled
from accounts.tree import places
from moderation.audit.record import record
from moderation.audit.source import Source

LINK_LIFETIME = timedelta(days=7)


@transaction.atomic
def issue(by: User, *, uses: int, days: int, now: datetime, source: Source) -> str:
    """A new code of a member, for people.

    Raises `Refused`: `QUOTA` beyond what they may still let in, `FROZEN` while nobody lets in anybody, `SUSPENDED` for
    whoever was shut out, or closed their account, while the request was on its way.
    """
    issuer = User.objects.select_for_update().get(pk=by.pk)
    if suspended(issuer, now):
        raise Refused(Code.SUSPENDED)
    if pulled(Lever.INVITES):
        raise Refused(Code.FROZEN)
    if not issuer.is_superuser and uses > places(issuer, now).left:
        raise Refused(Code.QUOTA)
    invite = InviteCode(issuer=issuer, uses=uses, expires_at=now + timedelta(days=days))
    return _circulate(invite, now, source)


@transaction.atomic
def issue_by_operator(
    *,
    source: Source,
    now: datetime,
    uses: int = 1,
    lifetime: timedelta = LINK_LIFETIME,
    username: str = "",
) -> str:
    """A new code for people that no member answers for; with `username`, for one person by that user name."""
    invite = InviteCode(uses=uses, expires_at=now + lifetime, username=username)
    return _circulate(invite, now, source)


@transaction.atomic
def issue_reset(subject: User, *, now: datetime, source: Source) -> str:
    """A new code that replaces every way into `subject`'s account; their older ones are revoked.

    Raises `Refused` (`ENDED`) for an account that is closed.
    """
    if held([subject]).get().ended_at is not None:
        raise Refused(Code.ENDED)
    _revoke_all(InviteCode.objects.filter(purpose=Purpose.RESET, subject=subject), now, source)
    invite = InviteCode(purpose=Purpose.RESET, subject=subject, expires_at=now + LINK_LIFETIME)
    return _circulate(invite, now, source)


def owner_link() -> str | None:
    """A fresh link that makes the owner's account, revoking the last one; None once there is an owner."""
    source = Source.internal("command")
    with transaction.atomic():
        if User.objects.filter(is_superuser=True).exists():
            return None
        now = timezone.now()
        _revoke_all(InviteCode.objects.filter(purpose=Purpose.OWNER), now, source)
        code = _circulate(InviteCode(purpose=Purpose.OWNER, expires_at=now + LINK_LIFETIME), now, source)
    return link(code)


def link(code: str) -> str:
    """The address that begins onboarding with a code."""
    return f"{settings.PUBLIC_URL}/join/{code}"


def _circulate(invite: InviteCode, now: datetime, source: Source) -> str:
    """Store the code and give it out in its readable form, the only time it exists outside its holder's hands."""
    code = invites.make(secrets.token_bytes(invites.RANDOM_BYTES))
    invite.digest, invite.uses_left, invite.created_at = digest_of(code), invite.uses, now
    invite.save(force_insert=True)
    detail = {"purpose": invite.purpose, "uses": invite.uses, "expires_at": invite.expires_at.isoformat()}
    record(
        "invite.issue",
        source=source,
        actor=invite.issuer.uid if invite.issuer else "",
        object_type="invite",
        object_id=invite.uid,
        detail=detail,
    )
    return invites.pretty(code)


@transaction.atomic
def revoke(invite_uid: str, *, by: User, now: datetime, source: Source) -> None:
    """End a member's own code. Raises `Refused` (`GONE`) for another's, an unknown or an already revoked one."""
    own = InviteCode.objects.filter(uid=invite_uid, issuer=by)
    if own.filter(revoked_at=None).update(revoked_at=now) != 1:
        raise Refused(Code.GONE)
    record("invite.revoke", source=source, actor=by.uid, object_type="invite", object_id=invite_uid)


def _revoke_all(codes: QuerySet[InviteCode], now: datetime, source: Source) -> None:
    for invite in codes.filter(revoked_at=None, uses_left__gt=0):
        invite.revoked_at = now
        invite.save(update_fields=["revoked_at"])
        record("invite.revoke", source=source, object_type="invite", object_id=invite.uid, reason="replaced")


def redeem(digest: str, now: datetime, *purposes: Purpose) -> InviteCode:
    """The code, with one use less. Of any number of people at once, one gets the last use. Raises `invites.Refused`."""
    fitting = InviteCode.objects.filter(digest=digest, purpose__in=purposes)
    # No join in here: a database that has to look again after waiting looks again at this row only.
    open_ones = fitting.filter(revoked_at=None, expires_at__gt=now, uses_left__gt=0)
    taken = open_ones.update(uses_left=F("uses_left") - 1)
    invite = fitting.select_related("issuer", "subject").first()
    closed = refusal(invite, now)
    if invite is None or taken != 1 or closed is invites.Code.REVOKED:
        raise invites.Refused(closed or invites.Code.USED)
    return invite
