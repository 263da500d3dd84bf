"""The word policy: what a name or a title may not contain. The hook for a community's own list (`STOA_WORDS`)."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\u200d"  # allowed between two pictures, where it makes one of them
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that draw nothing
_MOST_MARKS = 3

# Look-alikes that NFKC keeps apart: Cyrillic, Greek and other letters drawn like Latin ones.
_LETTERS = str.maketrans(
    "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0501\u03bf\u03b1\u03b9\u03c1\u03c4\u03bd\u0131\u026a\u0261",
    "abeijkmhopctyxsdoaiptviig",
)
_LEET = str.maketrans("013457@$!|", "oieastasii")

# Who speaks for the server or the room is shown by a badge, never by a name.
_OFFICES = frozenset(
    {"admin", "administrator", "host", "hosts", "mod", "mods", "moderator", "moderators", "official", "operator"}
    | {"owner", "staff", "stoa", "support", "sysadmin", "system", "webmaster"}
)
_OFFICES_CJK = ("管理员", "管理員", "版主", "主持人", "官方", "客服", "工作人员", "工作人員", "系统消息", "系統訊息")

_BETWEEN = re.compile(r"[\W_]+")


class Code(StrEnum):
    """What is wrong with the words."""

    EMPTY = "empty"
    HIDDEN = "hidden_characters"
    MARKS = "too_many_marks"
    OFFICE = "impersonation"
    LISTED = "listed"


class Kind(StrEnum):
    """What the words are for."""

    NAME = "name"  # a person's: may not claim an office
    TITLE = "title"  # a room's, or a topic


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The words are not accepted; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def tidy(text: str) -> str:
    """The text in composed form (NFC), with single spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check(text: str, kind: Kind = Kind.TITLE) -> None:
    """Nothing, if `text` may be shown to others. Raises `Refused`."""
    _check_shape(text)
    readings = (skeleton(text), skeleton(text.translate(_LEET)))
    if kind is Kind.NAME and any(map(_claims_office, readings)):
        raise Refused(Code.OFFICE)
    if any(contains(plain, entry) for entry in listed() for plain in readings):
        raise Refused(Code.LISTED)


def skeleton(text: str) -> str:
    """What a reader takes the text for: one case, no accents, no look-alikes; words set apart by single spaces."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in folded if unicodedata.category(character) != "Mn")
    return _BETWEEN.sub(" ", bare.translate(_LETTERS)).strip()


def _claims_office(plain: str) -> bool:
    """Whether a skeleton reads like somebody who speaks for the server or the room."""
    together = plain.replace(" ", "")
    if together in _OFFICES or any(office in together for office in _OFFICES_CJK):
        return True
    return any(word.rstrip("0123456789") in _OFFICES for word in plain.split())


def _check_shape(text: str) -> None:
    if not any(_draws(character) for character in unicodedata.normalize("NFKC", text)):
        raise Refused(Code.EMPTY)
    if any(_hides(text, position) for position in range(len(text))):
        raise Refused(Code.HIDDEN)
    marks = "".join("m" if unicodedata.category(character) in ("Mn", "Me") else "-" for character in text)
    if "m" * (_MOST_MARKS + 1) in marks:
        raise Refused(Code.MARKS)


def _draws(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNSP" and character not in _BLANK


def _hides(text: str, position: int) -> bool:
    """Whether the character is a control, an invisible one, or turns the direction of the text around it."""
    character = text[position]
    if character == _JOINER:
        return not (_is_picture(text[position - 1 : position]) and _is_picture(text[position + 1 : position + 2]))
    return unicodedata.category(character) in _HIDDEN or character in _BLANK


def _is_picture(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) in ("So", "Sk") or character == "\ufe0f")


def contains(plain: str, entry: str) -> bool:
    """Whether `entry` stands in the skeleton: as whole words, or anywhere where its script sets no spaces."""
    if entry.isascii():
        return f" {entry} " in f" {plain} "
    return entry.replace(" ", "") in plain.replace(" ", "")


def listed() -> tuple[str, ...]:
    """The skeletons of the configured list, read again when the file changes."""
    if not settings.STOA_WORDS:
        return ()
    path = Path(settings.STOA_WORDS)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> tuple[str, ...]:
    lines = (line.partition("#")[0] for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(entry for entry in map(skeleton, lines) if entry)
