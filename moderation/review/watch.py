"""What the server can do, is made of and serves now: compared with the last baseline, it shows when a review is due."""

from dataclasses import dataclass
from importlib.metadata import version

from django.conf import settings
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from rooms.roles import Move

PARTS = ("aioice", "aiortc", "av", "celery", "channels", "cryptography", "daphne", "django", "pylibsrtp", "redis")
GROWTH, LEAST = 2, 100
"""Markedly more people: twice as many as at the baseline, and not fewer than this. The law names no number."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The server as a baseline keeps it."""

    functions: tuple[str, ...]
    technology: tuple[str, ...]
    people: int


def shape() -> Shape:
    """The server now."""
    return Shape(_functions(), _technology(), User.objects.filter(is_active=True).count())


def grown(before: int, now: int) -> bool:
    """Whether there are markedly more people."""
    return now >= LEAST and now >= GROWTH * before


def _functions() -> tuple[str, ...]:
    """What can be done here: the moves in a room, and every named page and address."""
    moves = {f"move.{move.value}" for move in Move}
    return tuple(sorted(moves | set(_names(get_resolver().url_patterns))))


def _names(patterns: list[URLPattern | URLResolver]) -> list[str]:
    names: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            names += _names(pattern.url_patterns)
        elif pattern.name:
            names.append(f"page.{pattern.name}")
    return names


def _technology() -> tuple[str, ...]:
    """What it is built on, by major version, and how it is set up."""
    parts = {f"{part} {version(part).partition('.')[0]}" for part in PARTS}
    setup = {connection.vendor, f"turn={'yes' if settings.TURN_URLS else 'no'}", f"profile={settings.STOA_PROFILE}"}
    return tuple(sorted(parts | setup))
