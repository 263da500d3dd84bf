"""Moments as templates show them: told in UTC, and told again by the reader's own clock where scripts run."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def unbroken(told: str) -> SafeString:
    """The moment as it was told, on one line: lines break at the dashes of 2026-11-26."""
    return format_html("<time>{}</time>", told)


@register.filter
def day(moment: datetime) -> SafeString:
    """The day of the moment; `static/js/times.js` makes it the reader's."""
    return format_html('<time datetime="{}" data-local="day">{}</time>', moment.isoformat(), date_format(moment))
