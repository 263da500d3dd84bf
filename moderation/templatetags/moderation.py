"""What pages outside the console show of moderation: what may be reported, and what one has not read yet."""

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from moderation import own
from moderation import waiting as waits
from moderation.gate import staff_of
from moderation.policies import REPORTED
from moderation.staff import Act, refusal
from moderation.words import POLICIES

register = template.Library()


@register.simple_tag
def reportable() -> dict[str, Any]:
    """What the report sheet offers: `reasons`, each with its policy and title, and whether speech is held (`ring`)."""
    reasons = [(policy.value, str(POLICIES[policy])) for policy in REPORTED]
    return {"reasons": reasons, "ring": settings.STOA_PROFILE != "private"}


@register.simple_tag
def waiting(user: User) -> dict[str, int]:
    """How much waits for them on each page of the console (by its name), and in all (`all`).

    Empty for whom the console is closed to.
    """
    staff, now = staff_of(user), timezone.now()
    if staff is None or refusal(staff.standing, Act.ENTER, now) is not None:
        return {}
    pages = waits.pages(staff, now)
    return {**pages, "all": sum(pages.values())}


@register.simple_tag
def unread(user: User) -> list[dict[str, str]]:
    """What they have not read: the name of the `page` that has it, its `title`, an `icon`, and what to say of it."""
    news = []
    if own.unread(user).exists():
        words = _("The moderators of this server decided something about you, and you have not read it yet.")
        news.append({"page": "decisions", "title": _("Decisions about you"), "icon": "warn", "words": words})
    if own.unread_answers(user).exists():
        words = _("There is an answer to what you asked about your data.")
        news.append({"page": "own_data", "title": _("Your data"), "icon": "info", "words": words})
    if any(own.unread_reports(user)):
        words = _("There is an answer to what you reported.")
        news.append({"page": "own_reports", "title": _("What you reported"), "icon": "info", "words": words})
    return news
