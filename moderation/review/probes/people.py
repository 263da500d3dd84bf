"""Checks of the staff, of members' registration, and of what authorities asked for."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, Argon2PasswordHasher
from django.db.models import Count, F, Q

from accounts.models import User
from moderation.gate import ASKED
from moderation.models import LawfulRequest, Staff
from moderation.review.probes.base import Found, Span
from moderation.staff import Role


def named(span: Span) -> Found:
    """Whether somebody may decide in the console now."""
    staff = _on_the_staff(span)
    numbers = {f"{role.value}s": sum(row.role == role for row in staff) for role in Role}
    return Found.if_true(numbers["seniors"] > 0, **numbers)


def factor(span: Span) -> Found:
    """Whether everybody on the staff has a second factor; without one the console does not open to them."""
    staff = {row.user_id for row in _on_the_staff(span)}
    having = set(Authenticator.objects.filter(user__in=staff, type__in=ASKED).values_list("user_id", flat=True))
    return Found.if_true(bool(staff) and having == staff, staff=len(staff), protected=len(having))


def registration(_span: Span) -> Found:
    """Whether it is kept of every account how it came in, and what its holder accepted."""
    people = User.objects.filter(is_active=True).aggregate(
        people=Count("pk", distinct=True),
        traced=Count("pk", filter=Q(redemptions__isnull=False), distinct=True),
        accepted=Count("pk", filter=Q(acceptances__isnull=False), distinct=True),
    )
    return Found.if_true(people["people"] == people["traced"] == people["accepted"], **people)


def identity(_span: Span) -> Found:
    """Never known: a paper that a person was shown elsewhere leaves no trace that this server could measure."""
    return Found.unknown(people=User.objects.filter(is_active=True).count())


def passwords(_span: Span) -> Found:
    """Whether every password is kept as an Argon2 hash alone."""
    kept = User.objects.exclude(password="").exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    of_argon = Q(password__startswith=Argon2PasswordHasher.algorithm)
    numbers = kept.aggregate(passwords=Count("pk"), argon=Count("pk", filter=of_argon))
    return Found.if_true(numbers["passwords"] == numbers["argon"], **numbers)


def lawful(_span: Span) -> Found:
    """Whether everything that left for an authority was let go by two people, and has its digest."""
    exported = LawfulRequest.objects.filter(exported_at__isnull=False)
    numbers = {
        "requests": LawfulRequest.objects.count(),
        "exported": exported.count(),
        "refused": LawfulRequest.objects.filter(approved=False).count(),
        "alone": exported.filter(Q(approver__isnull=True) | Q(approver=F("asked_by")) | Q(digest="")).count(),
    }
    return Found.if_true(numbers["alone"] == 0, **numbers)


def _on_the_staff(span: Span) -> list[Staff]:
    return list(Staff.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=span.now), user__is_active=True))
