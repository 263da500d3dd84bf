"""Numbers as templates show them: as the pages' scripts write them, which may write the same one a moment later."""

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """The number in groups of three, as browsers write it in all our languages; Django leaves 1234 of it in Chinese."""
    return f"{number:,}"
