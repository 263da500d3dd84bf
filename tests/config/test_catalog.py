import gettext
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import catalog

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#. a note
msgid "Leave \"quietly\"\n"
msgstr "Gehe "
"leise\n"

msgctxt "verb"
msgid "Open"
msgstr "Öffnen"

msgid "%d listener"
msgid_plural "%d listeners"
msgstr[0] "%d Zuhörer"
msgstr[1] "%d Zuhörende"

#, fuzzy
msgid "Fuzzy"
msgstr "Unklar"

msgid "Untranslated"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Weg"
"""


def translations(content: bytes) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(content))


def test_what_is_translated_comes_back_and_the_rest_stays_english() -> None:
    read = translations(catalog.mo(catalog.messages(PO)))
    assert read.gettext('Leave "quietly"\n') == "Gehe leise\n"
    assert read.pgettext("verb", "Open") == "Öffnen"
    assert [read.ngettext("%d listener", "%d listeners", n) for n in (1, 2)] == ["%d Zuhörer", "%d Zuhörende"]
    assert [read.gettext(text) for text in ("Fuzzy", "Untranslated", "Gone", "Open")] == [
        "Fuzzy",
        "Untranslated",
        "Gone",
        "Open",
    ]


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="GNU gettext is not here to compare with")
def test_gnu_msgfmt_finds_the_same_messages(tmp_path: Path) -> None:
    (tmp_path / "django.po").write_text(PO, encoding="utf-8")
    subprocess.run(["msgfmt", "-o", "gnu.mo", "django.po"], cwd=tmp_path, check=True)
    theirs = translations((tmp_path / "gnu.mo").read_bytes())
    ours = translations(catalog.mo(catalog.messages(PO)))
    assert vars(ours)["_catalog"] == vars(theirs)["_catalog"]


@given(
    st.dictionaries(
        st.text(min_size=1).filter(lambda key: "\0" not in key and "\4" not in key),
        st.text().filter(lambda text: "\0" not in text),
    )
)
def test_any_catalogue_survives_the_binary_form(messages: dict[str, str]) -> None:
    read = translations(catalog.mo({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}))
    assert {key: read.gettext(key) for key in messages} == messages


@pytest.mark.parametrize("wrong", ['msgid "a"\nmsgstr "b"\nmsgid "c"\nmsgstr "d"', "hello", 'msgid "a\nmsgstr "b"'])
def test_what_is_no_catalogue_is_refused(wrong: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        catalog.messages(wrong)


def test_only_what_is_newer_is_compiled_again(tmp_path: Path) -> None:
    place = tmp_path / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.po").write_text(PO, encoding="utf-8")
    assert catalog.compile_all(tmp_path) == [place / "django.mo"]
    assert catalog.compile_all(tmp_path) == []
