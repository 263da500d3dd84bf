"""Translation catalogues without GNU gettext: the text of a .po file in, a .mo file or a page's script out.

Source: GNU gettext manual, sections "PO Files" and "MO Files".
"""

import ast
import json
import os
import re
import struct
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from django.utils.translation import to_locale

SOURCE = "en"  # the language of the strings themselves
MAGIC = 0x950412DE
CONTEXT = "\x04"
KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


def compile_all(locale: Path) -> list[Path]:
    """The .mo files written: one beside each django.po below `locale` that is newer than its .mo, or has none."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}")
        draft.write_bytes(mo(messages(source.read_text(encoding="utf-8"))))
        draft.rename(target)
        written.append(target)
    return written


def write_scripts(locale: Path, languages: Iterable[str]) -> list[Path]:
    """The scripts written in `locale`/words: one for each language, but the source's, with other words by now."""
    written = []
    for language in sorted(set(languages) - {SOURCE}):
        source = locale / to_locale(language) / "LC_MESSAGES/djangojs.po"
        words = script(messages(source.read_text(encoding="utf-8")) if source.exists() else {})
        target = locale / "words" / f"{language}.js"
        if target.exists() and target.read_text(encoding="utf-8") == words:
            continue
        draft = target.with_name(f".{os.getpid()}")  # hidden: another process may collect meanwhile
        draft.write_text(words, encoding="utf-8")
        draft.rename(target)
        written.append(target)
    return written


def messages(po: str) -> dict[str, str]:
    """Key to translation, as a .mo file holds them: context before EOT, plural forms apart by NUL.

    Fuzzy, obsolete and untranslated entries are left out. Raises ValueError for a line that is none of .po's.
    """
    return dict(filter(None, map(_message, po.replace("\r\n", "\n").split("\n\n"))))


def _message(entry: str) -> tuple[str, str] | None:
    fields: dict[str, str] = {}
    name = ""
    for line in entry.splitlines():
        if line.startswith("#,") and "fuzzy" in line:
            return None
        if line.startswith("#") or not line.strip():
            continue
        name, text = _field(line.strip(), name, fields)
        fields[name] = fields.get(name, "") + text
    forms = [text for field, text in fields.items() if field.startswith("msgstr")]
    if not all(forms) or not forms:
        return None
    key = fields["msgid"] + ("\0" + fields["msgid_plural"] if "msgid_plural" in fields else "")
    return (fields["msgctxt"] + CONTEXT if "msgctxt" in fields else "") + key, "\0".join(forms)


def _field(line: str, last: str, seen: Container[str]) -> tuple[str, str]:
    """The field a line belongs to, and the text it adds."""
    if line.startswith('"'):
        return last, _unquoted(line)
    name, _, text = line.partition(" ")
    if not name.startswith(KEYWORDS) or name in seen:
        raise ValueError(line)
    return name, _unquoted(text)


def _unquoted(text: str) -> str:
    value = ast.literal_eval(text.strip())
    if not isinstance(value, str):
        raise ValueError(text)  # a wrong line, not a wrong type
    return value


def mo(catalog: dict[str, str]) -> bytes:
    """The .mo file of `catalog`, little-endian, revision 0, without a hash table."""
    keys, texts = zip(*sorted((key.encode(), text.encode()) for key, text in catalog.items()), strict=True)
    count = len(keys)
    start = 28 + 16 * count
    header = struct.pack("<7I", MAGIC, 0, count, 28, 28 + 8 * count, 0, start)
    table = b"".join(struct.pack("<2I", *place) for place in _places((*keys, *texts), start))
    return header + table + b"".join(string + b"\0" for string in (*keys, *texts))


def script(catalog: dict[str, str]) -> str:
    """The script that gives a page these words: the `gettext` and `ngettext` that `static/js/text.js` asks first."""
    words = {key.partition("\0")[0]: text.split("\0") for key, text in catalog.items() if key}
    rule = re.search(r"\bplural=([^;]+);", catalog.get("", ""))  # C, and read the same in JavaScript
    return (
        f"{{\nconst words = {json.dumps(words, ensure_ascii=False, separators=(',', ':'))};\n"
        "globalThis.gettext = (message) => words[message]?.[0];\n"
        f"globalThis.ngettext = (one, many, n) => words[one]?.[Number({rule[1] if rule else 'n != 1'})];\n}}\n"
    )


def _places(strings: tuple[bytes, ...], start: int) -> Iterator[tuple[int, int]]:
    for string in strings:
        yield len(string), start
        start += len(string) + 1
