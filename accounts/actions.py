"""What changes people and their codes: the only writers, each one transaction with its entry in the audit log."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from accounts import invites
from accounts.codes import digest_of, refusal
from accounts.models import Acceptance, InviteCode, Purpose, Redemption, User
from accounts.notice import Notice
from accounts.tree import seats_left
from moderation.audit.record import record
from moderation.audit.source import Source

LINK_LIFETIME = timedelta(days=7)


class Code(StrEnum):
    """Why an act is refused."""

    QUOTA = "quota"  # more people than this member may let in
    TAKEN = "user_name_taken"
    GONE = "not_found"  # no such code of theirs, or it was revoked already
    OWNED = "has_an_owner"


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The act is not done and nothing changed; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Keys:
    """How somebody is going to sign in: a password (already hashed) or a passkey (as the browser sent it)."""

    password: str = ""
    passkey: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody at the end of onboarding. `uid` was chosen at its start: a passkey carries it."""

    uid: str
    username: str
    display_name: str
    language: str
    keys: Keys


@transaction.atomic
def issue(by: User, *, uses: int, days: int, now: datetime, source: Source) -> str:
    """A new code of a member, for people. Raises `Refused` (`QUOTA`) beyond what they may still let in."""
    issuer = User.objects.select_for_update().get(pk=by.pk)
    if not issuer.is_superuser and uses > seats_left(issuer, now):
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
    """A new code that replaces every way into `subject`'s account; their older ones are revoked."""
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
        actor=_uid(invite.issuer),
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


def _revoke_all(codes: Any, now: datetime, source: Source) -> None:
    for invite in codes.filter(revoked_at=None, uses_left__gt=0):
        invite.revoked_at = now
        invite.save(update_fields=["revoked_at"])
        record("invite.revoke", source=source, object_type="invite", object_id=invite.uid, reason="replaced")


def _redeem(digest: str, now: datetime, *purposes: Purpose) -> InviteCode:
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


def join(digest: str, newcomer: Newcomer, notice: Notice, *, now: datetime, source: Source) -> User:
    """The new account: the code redeemed, the notice accepted, everything written or nothing.

    Raises `invites.Refused` when the code no longer opens the door, `Refused` (`TAKEN`) when the user name is gone,
    (`OWNED`) when a second owner would be made.
    """
    try:
        with transaction.atomic():
            invite = _redeem(digest, now, Purpose.JOIN, Purpose.OWNER)
            user = _create(newcomer, invite, now, source)
            accept(user, notice, newcomer.language, now=now, source=source)
    except IntegrityError as error:
        raise Refused(Code.TAKEN) from error
    return user


def _create(newcomer: Newcomer, invite: InviteCode, now: datetime, source: Source) -> User:
    owner = invite.purpose == Purpose.OWNER
    if owner and User.objects.filter(is_superuser=True).exists():
        raise Refused(Code.OWNED)
    user = User.objects.create(
        uid=newcomer.uid,
        username=invite.username or newcomer.username,
        display_name=newcomer.display_name,
        language=newcomer.language,
        is_staff=owner,
        is_superuser=owner,
    )
    _hand_over(user, newcomer.keys)
    Redemption.objects.create(code=invite, user=user, redeemed_at=now)
    record(
        "invite.redeem",
        source=source,
        actor=user.uid,
        object_type="invite",
        object_id=invite.uid,
        detail={"uses_left": invite.uses_left},
    )
    detail = {"way": _way(newcomer.keys), "invited_by": _uid(invite.issuer), "owner": owner}
    record("account.create", source=source, actor=user.uid, object_type="user", object_id=user.uid, detail=detail)
    return user


@transaction.atomic
def replace_keys(digest: str, keys: Keys, *, now: datetime, source: Source) -> User:
    """The account a reset code was made for, open only to `keys` from now on: every other way in and session ended.

    Raises `invites.Refused`.
    """
    invite = _redeem(digest, now, Purpose.RESET)
    user = invite.subject
    assert user is not None  # noqa: S101  # a RESET code is made for somebody, see `issue_reset`
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    _hand_over(user, keys)
    Redemption.objects.create(code=invite, user=user, redeemed_at=now)
    detail = {"way": _way(keys)}
    record("account.reset", source=source, actor=user.uid, object_type="invite", object_id=invite.uid, detail=detail)
    return user


def _hand_over(user: User, keys: Keys) -> None:
    user.password = keys.password
    if keys.passkey is not None:
        user.set_unusable_password()
        WebAuthn.add(user, gettext("Passkey"), dict(keys.passkey))
    user.save(update_fields=["password"])


@transaction.atomic
def accept(user: User, notice: Notice, language: str, *, now: datetime, source: Source) -> None:
    """Keep that `user` accepted `notice`, read in `language`. Accepting the same text again changes nothing."""
    shown, _ = notice.read_in(language)
    _, new = Acceptance.objects.get_or_create(
        user=user,
        digest=notice.digest,
        defaults={
            "profile": notice.profile,
            "version": notice.version,
            "language": shown,
            "accepted_at": now,
        },
    )
    if new:
        detail = {"profile": notice.profile, "version": notice.version, "sha256": notice.digest, "language": shown}
        record("notice.accept", source=source, actor=user.uid, object_type="notice", detail=detail)


@transaction.atomic
def change_profile(user: User, display_name: str, language: str, *, source: Source) -> None:
    """Show `user` by another name or in another language; which fields changed is recorded, not their content."""
    wanted = {"display_name": display_name, "language": language}
    changed = sorted(field for field, value in wanted.items() if getattr(user, field) != value)
    if not changed:
        return
    for field in changed:
        setattr(user, field, wanted[field])
    user.save(update_fields=changed)
    record(
        "account.change",
        source=source,
        actor=user.uid,
        object_type="user",
        object_id=user.uid,
        detail={"fields": changed},
    )


@transaction.atomic
def forget_sessions(*, now: datetime, source: Source) -> int:
    """How many sessions ran out and are forgotten, with the address and browser they came from."""
    Session.objects.filter(expire_date__lt=now).delete()
    living = Session.objects.values("session_key")
    forgotten: int = UserSession.objects.exclude(session_key__in=living).delete()[0]
    if forgotten:
        record("account.sessions_forget", source=source, detail={"sessions": forgotten})
    return forgotten


def _uid(user: User | None) -> str:
    return user.uid if user else ""


def _way(keys: Keys) -> str:
    return "passkey" if keys.passkey is not None else "password"
