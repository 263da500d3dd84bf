"""Checks of what carries the service: words, encryption, storage, limits, errors."""

import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import get_resolver

from accounts import throttle, words
from moderation.audit.models import Entry, Result
from moderation.models import Control, Finding, Outcome
from moderation.review.probes.base import Found, Span
from rooms.models import Room, State

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
FORBIDDEN = ("moderator", "admin", "Stoa", "管理员", "a\u202eb", "\u2800")
"""Names that nobody may have: each claims an office, turns text around or draws nothing."""
SOUNDS = (b"OggS", b"fLaC", b"ID3", b"\xff\xfb", b"\x1aE\xdf\xa3", b"#!AMR")
BRAKES = ("member.mute", "member.remove", "member.ban", "room.lock", "room.end")
INSIDE = {4: (b"ftyp",), 8: (b"WAVE", b"AIFF")}
"""How files with sound begin: Ogg, FLAC, MP3, Matroska and WebM, AMR; MP4, WAVE and AIFF say it some bytes later."""


def words_screened(span: Span) -> Found:
    """Whether names that nobody may have are refused now, and a list of the community's own words is in force."""
    refused = sum(_is_refused(name) for name in FORBIDDEN)
    listed = _lines(settings.STOA_WORDS) if settings.STOA_WORDS else 0
    return Found.if_true(
        refused == len(FORBIDDEN) and listed > 0,
        tried=len(FORBIDDEN),
        refused=refused,
        listed=listed,
        removed=span.acts("member.remove") + span.acts("member.ban"),
        ended=span.acts("room.end"),
    )


def transport(_span: Span) -> Found:
    """Whether pages and sockets are reached by TLS alone; unknown for a server that only its own machine reaches."""
    address = urlsplit(settings.PUBLIC_URL)
    facts: dict[str, int | str] = {
        "scheme": address.scheme,
        "host": address.hostname or "",
        "days": settings.SECURE_HSTS_SECONDS // 86400,
    }
    if not settings.SECURE and address.hostname in LOOPBACK:
        return Found.unknown(**facts)
    secure = settings.SECURE and settings.SESSION_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT
    return Found.if_true(secure, **facts)


def audio(_span: Span) -> Found:
    """Whether no file below the data folder holds sound, by how files begin and not by what they are called.

    The database's own files are left alone: whoever closes one of them lets go of every lock that SQLite holds on it
    in this process, and the next to come takes the database for unused.
    """
    database = str(connection.settings_dict["NAME"])
    found = [_begins_like_sound(path) for path in _files(settings.STOA_DATA) if not str(path).startswith(database)]
    return Found.if_true(not any(found), files=len(found), sounds=sum(found))


def tries(_span: Span) -> Found:
    """Whether one try too many is refused now: of two where one is allowed, the second must fail."""
    try:
        first, second = (throttle.hit("control.probe", key, limit=1, per=60) for key in [secrets.token_hex(8)] * 2)
    except throttle.Unavailable:
        return Found.unknown(allowed=0, refused=0)
    return Found.if_true(first and not second, allowed=int(first), refused=int(not second))


def rooms(span: Span) -> Found:
    """What keeps a crowd in hand, and how often it was used; passes where rooms have a size."""
    used = {act.partition(".")[2]: span.acts(act) for act in BRAKES}
    live = Room.objects.filter(state=State.LIVE).count()
    return Found.if_true(settings.STOA_ROOM_SIZE > 0, size=settings.STOA_ROOM_SIZE, live=live, **used)


def errors(_span: Span) -> Found:
    """Whether an error shows nothing of the inside: no debug pages, and a handler of last resort."""
    handler = get_resolver().resolve_error_handler(500).__module__
    last_resort = handler.startswith("config.")
    return Found.if_true(not settings.DEBUG and last_resort, debug=int(settings.DEBUG), last_resort=int(last_resort))


def errors_logged(span: Span) -> Found:
    """Whether an error nobody expected is written down, and every control that failed last has an open finding."""
    logger = logging.getLogger("django.request")
    written = logger.isEnabledFor(logging.ERROR) and logger.hasHandlers()
    failing = set(Control.objects.filter(outcome=Outcome.FAILED).values_list("pk", flat=True))
    found = set(Finding.objects.filter(control__in=failing, closed_at=None).values_list("control", flat=True))
    times = {"recorded_at__gte": span.start, "recorded_at__lt": span.end}
    numbers = {"failing": len(failing), "found": len(found)}
    broken = Entry.objects.filter(result=Result.FAILED, **times).count()
    return Found.if_true(written and failing == found, written=int(written), broken=broken, **numbers)


def complaints(span: Span) -> Found:
    """Whether people can report something here, in the version that runs."""
    built_in = "report" in apps.all_models["moderation"]
    return Found.if_true(built_in, reports=span.acts("report.make"))


def _is_refused(name: str) -> bool:
    try:
        words.check(name, words.Kind.NAME)
    except words.Refused:
        return True
    return False


def _lines(path: str) -> int:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return sum(bool(line.partition("#")[0].strip()) for line in lines)


def _files(folder: Path) -> Iterator[Path]:
    """Every plain file below the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _begins_like_sound(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:  # gone again, as files of a database's journal are
        return False
    return start.startswith(SOUNDS) or any(start[at : at + 4] in names for at, names in INSIDE.items())
