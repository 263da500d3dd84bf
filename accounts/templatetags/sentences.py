"""Sentences as templates put them together, one behind the other."""

import re

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_FULL_WIDTH = re.compile(r"([\u3002\uff01\uff1f\uff1a](?:</\w+>)*)\s+")
"""Full stop, exclamation mark, question mark and colon as Chinese writes them, and the blanks behind."""


def joined(text: str) -> str:
    """The text without the blanks behind full-width stops: those bring their own space."""
    return _FULL_WIDTH.sub(r"\1", text)


@register.simple_block_tag
def sentences(content: str) -> SafeString:
    """The content, `joined`."""
    return mark_safe(joined(content))  # noqa: S308  # the block's own rendering, escaped already
