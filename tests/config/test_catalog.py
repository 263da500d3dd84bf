import gettext
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.http import FileResponse
from django.test import Client
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


def test_only_words_that_changed_are_written_again_and_english_needs_none(tmp_path: Path) -> None:
    for folder in ("words", "de/LC_MESSAGES"):
        (tmp_path / folder).mkdir(parents=True)
    source, target = tmp_path / "de/LC_MESSAGES/djangojs.po", tmp_path / "words/de.js"
    source.write_text(PO, encoding="utf-8")
    assert catalog.write_scripts(tmp_path, ["en", "de"]) == [target]
    assert catalog.write_scripts(tmp_path, ["en", "de"]) == []
    source.write_text(PO.replace("leise", "still"), encoding="utf-8")
    assert catalog.write_scripts(tmp_path, ["en", "de"]) == [target]
    assert "Gehe still" in target.read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "words").iterdir()] == ["de.js"]


def test_a_language_without_words_of_its_own_has_a_script_that_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (written,) = catalog.write_scripts(tmp_path, ["ar"])
    assert _said(written.read_text(encoding="utf-8"), 'gettext("Open")', 'ngettext("%d listener", "", 2)') == [None] * 2


def test_the_script_says_each_message_in_the_form_that_fits_and_nothing_for_what_it_does_not_know() -> None:
    script = catalog.script(catalog.messages(PO))
    assert _said(script, r'gettext("Leave \"quietly\"\n")', 'gettext("Fuzzy")', 'gettext("constructor")') == [
        "Gehe leise\n",
        None,
        None,
    ]
    counted = [f'ngettext("%d listener", "%d listeners", {n})' for n in (0, 1, 2)]
    assert _said(script, *counted) == ["%d Zuhörende", "%d Zuhörer", "%d Zuhörende"]


def _said(script: str, *questions: str) -> list[object]:
    """What a page with this script answers."""
    code = f"{script}console.log(JSON.stringify([{','.join(questions)}]))"
    told = subprocess.run(["node", "--eval", code], check=True, capture_output=True, encoding="utf-8").stdout
    return list(json.loads(told))


@pytest.mark.django_db
def test_a_page_loads_the_words_of_the_language_it_is_in_now_and_in_english_none(client: Client) -> None:
    words = '<script src="/static/words/zh-hans.js" defer></script>'
    for language, loaded in (("zh-hans", [words]), ("en", []), ("zh-hans", [words])):
        client.post("/language/", {"language": language})
        page = client.get("/accounts/login/").content.decode()
        assert re.findall("<script [^>]*/static/words/.*?</script>", page) == loaded


def test_that_address_leads_to_the_words(client: Client) -> None:
    answer = client.get("/static/words/zh-hans.js")
    assert isinstance(answer, FileResponse)
    assert "举手" in answer.getvalue().decode()
