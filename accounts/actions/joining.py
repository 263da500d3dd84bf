"""People coming in: an account made or opened again by a code, and what they accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.actions import push
from accounts.actions.base import Code, Refused
from accounts.actions.codes import redeem
from accounts.actions.standing import held
from accounts.codes import find
from accounts.models import Acceptance, InviteCode, Lever, Purpose, Redemption, User
from accounts.notice import Notice
from accounts.switches import pulled
from moderation.audit.record import record
from moderation.audit.source import Source


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


def join(digest: str, newcomer: Newcomer, notice: Notice, *, now: datetime, source: Source) -> User:
    """The new account: the code redeemed, the notice accepted, everything written or nothing.

    Raises `invites.Refused` when the code no longer opens the door, `Refused` (`TAKEN`) when the user name is gone,
    (`OWNED`) when a second owner would be made, (`FROZEN`) while codes let nobody in but the owner.
    """
    try:
        with transaction.atomic():
            invite = redeem(digest, now, Purpose.JOIN, Purpose.OWNER)
            if invite.purpose == Purpose.JOIN and pulled(Lever.INVITES):
                raise Refused(Code.FROZEN)
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
    record(
        "account.create",
        source=source,
        actor=user.uid,
        second=invite.issuer.uid if invite.issuer else "",
        object_type="user",
        object_id=user.uid,
        detail={"way": _way(newcomer.keys), "owner": owner},
    )
    return user


@transaction.atomic
def replace_keys(digest: str, keys: Keys, *, now: datetime, source: Source) -> User:
    """The account a reset code was made for, open only to `keys` from now on: every other way in and session ended.

    Raises `invites.Refused`.
    """
    found = find(digest)
    if found is not None and found.subject is not None:
        list(held([found.subject]))  # people before codes, as everywhere: whoever closes the account holds them so
    invite = redeem(digest, now, Purpose.RESET)
    user = invite.subject
    assert user is not None  # noqa: S101  # a RESET code is made for somebody, see `issue_reset`
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    push.forget_person(user)
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
        act = {"object_type": "notice", "consent": notice.version, "detail": detail}
        record("notice.accept", source=source, actor=user.uid, **act)  # type: ignore[arg-type]  # the words of `Act`


def _way(keys: Keys) -> str:
    return "passkey" if keys.passkey is not None else "password"
