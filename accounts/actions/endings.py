"""The row of an account that ends: closed first, then nobody's, then gone; each in the transaction of whoever calls.

What else points to the person, and the entries, are for the caller: see `moderation.actions.endings`.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password

from accounts.models import InviteCode, Redemption, User, new_uid


def close(user: User, *, now: datetime) -> None:
    """Nothing: no way into the account is left, every session and room token of it is void, and its face is gone."""
    codes = InviteCode.objects.filter(subject=user, revoked_at=None, uses_left__gt=0)
    codes.update(revoked_at=now)  # made to replace their keys
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    user.set_unusable_password()
    user.ended_at, user.is_active, user.sign_outs = now, False, user.sign_outs + 1
    user.is_staff = user.is_superuser = False
    user.avatar = ""
    user.save(
        update_fields=[
            *("ended_at", "is_active", "sign_outs", "password"),
            *("is_staff", "is_superuser", "avatar"),
        ]
    )


def end_sessions(user: User) -> None:
    """Nothing: `user` is signed in nowhere."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def empty(user: User, *, now: datetime) -> bool:
    """Whether the row, which was not empty yet, names nobody now, under an id that nothing was ever written about."""
    came = Redemption.objects.filter(user=user).values("code")
    InviteCode.objects.filter(pk__in=came).update(username="")
    uid = new_uid()
    anybody = User()
    blank = {name: getattr(anybody, name) for name in _PERSONAL}
    own = {"uid": uid, "username": f"ended-{uid}", "date_joined": now, "erased_at": now}
    own["password"] = make_password(None)  # one that was just being changed as the account was closed
    return User.objects.filter(pk=user.pk, erased_at=None).update(**blank | own) == 1


_PERSONAL = (
    *("first_name", "last_name", "email", "display_name", "language", "avatar", "ai_voice", "theme"),
    *("invite_quota", "notify_reminders", "notify_openings", "sign_outs", "last_login"),
)


def delete(user: User) -> bool:
    """Whether the row was there, and is gone, with the codes by which nobody came who has an account."""
    Redemption.objects.filter(user=user).delete()
    InviteCode.objects.filter(issuer=user).delete()
    return user.delete()[0] > 0
