"""What applies here: what this server keeps and for how long, in plain words, as shown before anyone joins.

The words stand in `notices/`, one file a language. Both languages together make the canonical text of a profile, whose
SHA-256 stands with every acceptance. Whoever changes a word changes the hash, and everybody is asked again when they
next sign in; `VERSION` is the date of the last change, for people.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

VERSION = "2026-11-27"
LOG_DAYS = 400
LOG_DAYS_CN = 184  # six calendar months are 181 to 184 days: Cybersecurity Law, Art. 23(3)
CONTENT_DAYS_CN = 60  # Provisions on the Administration of Internet Live Streaming Services, Art. 16

LANGUAGES = ("en", "zh-hans")
_SECTIONS = MappingProxyType(
    {
        "standard": ("held", "short", "minute", "account", "browser", "rules", "reports", "log", "you"),
        "private": ("voice", "short", "private", "account", "rules", "reports", "log", "you"),
        "cn": ("held", "short", "minute", "account", "browser", "rules", "reports", "log", "china", "you"),
    }
)
_FOLDER = Path(__file__).parent / "notices"


@dataclass(frozen=True, slots=True)
class Section:
    """One thing to know: a title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What applies under one profile: `texts` by language, `digest` over all of them."""

    profile: str
    version: str
    digest: str
    texts: Mapping[str, tuple[Section, ...]]

    def read_in(self, language: str) -> tuple[str, tuple[Section, ...]]:
        """The language the text is shown in to a reader of `language`, and its sections."""
        shown = "zh-hans" if language.lower().startswith("zh") else "en"
        return shown, self.texts[shown]


def here() -> Notice:
    """The notice of this server's profile."""
    return of(settings.STOA_PROFILE)


@cache
def of(profile: str) -> Notice:
    """The notice of a profile: standard, private or cn."""
    texts = {language: tuple(_written(language)[name] for name in _SECTIONS[profile]) for language in LANGUAGES}
    digest = hashlib.sha256(canonical(profile, texts).encode()).hexdigest()
    return Notice(profile, VERSION, digest, MappingProxyType(texts))


def canonical(profile: str, texts: Mapping[str, tuple[Section, ...]]) -> str:
    """The text that is hashed: profile, version, and every line of every language, each on its own line."""
    lines = [f"profile {profile}", f"version {VERSION}"]
    for language, sections in texts.items():
        lines.append(f"language {language}")
        for section in sections:
            lines += [section.title, *section.paragraphs]
    return "".join(f"{line}\n" for line in lines)


@cache
def _written(language: str) -> Mapping[str, Section]:
    """Every section of a language by its name; paragraphs stand apart by an empty line."""
    text = (_FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    filled = text.format(days=LOG_DAYS, floor=LOG_DAYS_CN, content=CONTENT_DAYS_CN)
    sections = {}
    for part in filled.removeprefix("# ").split("\n# "):
        name, _, rest = part.partition("\n")
        title, *paragraphs = rest.strip().split("\n\n")
        sections[name] = Section(title, tuple(paragraphs))
    return MappingProxyType(sections)
