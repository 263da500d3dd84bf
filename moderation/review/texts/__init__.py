"""The words of the report, in both languages.

They stand in files and not in the translations of the pages: a report is filed, so its words are fixed together, read
side by side, and change only with the version of the server.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh-hans")
_FOLDER = Path(__file__).parent


def language_of(reader: str) -> str:
    """The language of the report for a reader of `reader`."""
    return "zh-hans" if reader.lower().startswith("zh") else "en"


@cache
def texts(language: str) -> Mapping[str, Any]:
    """Every text of a language, by its table and name."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
