"""What pages outside the console show of moderation: what may be reported, and what one has not read yet."""

from typing import Any

from django import template
from django.conf import settings

from accounts.models import User
from moderation import own
from moderation.policies import REPORTED
from moderation.words import POLICIES

register = template.Library()


@register.simple_tag
def reportable() -> dict[str, Any]:
    """What the report sheet offers: `reasons`, each with its policy and title, and whether speech is held (`ring`)."""
    reasons = [(policy.value, str(POLICIES[policy])) for policy in REPORTED]
    return {"reasons": reasons, "ring": settings.STOA_PROFILE != "private"}


@register.simple_tag
def unread(user: User) -> bool:
    """Whether there is a decision on them that they have not read."""
    return own.unread(user).exists()
