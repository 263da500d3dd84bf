import re
import zlib
from base64 import a85decode
from typing import Any

import pytest

from moderation.review.pdf import pdf
from moderation.review.report import report
from moderation.review.texts import LANGUAGES, texts
from tests.moderation.review.sample import AT, annex

DIGEST = "ab" * 32


def made(language: str, **facts: Any) -> bytes:
    return pdf(report(annex(**facts), texts(language), language), DIGEST)


def streams(document: bytes) -> bytes:
    """What is drawn on the pages."""
    found = re.findall(rb"stream\r?\n(.*?)endstream", document, re.DOTALL)
    return b"\n".join(zlib.decompress(a85decode(part.strip().removesuffix(b"~>"))) for part in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_gives_the_same_bytes(language: str) -> None:
    assert made(language) == made(language)


def test_chinese_is_set_in_a_chinese_font(db: None) -> None:
    assert b"/STSong-Light" in made("zh-hans")
    assert b"/UniGB-UCS2-H" in made("zh-hans")


def test_chinese_words_in_an_english_report_keep_their_letters() -> None:
    assert b"/STSong-Light" not in made("en")
    stated = {"location": {"english": "", "chinese": "位于柏林。", "at": AT, "entry": 5}}
    assert b"/STSong-Light" in made("en", statements=stated)


def test_what_people_wrote_cannot_be_markup() -> None:
    stated = {"location": {"english": "<b>&</b> <a href='x'>", "chinese": "", "at": AT, "entry": 5}}
    assert made("en", statements=stated).startswith(b"%PDF-")


def test_the_digest_of_the_annex_stands_on_every_page() -> None:
    document = made("en")
    pages = len(re.findall(rb"/Type /Page\b", document))
    assert pages > 1
    assert streams(document).count(DIGEST.encode()) == pages


@pytest.mark.parametrize("profile", ["cn", "iso27001", "asvs"])
def test_the_document_says_that_laws_are_paraphrased_in_it(profile: str) -> None:
    assert b"Paraphrase; not legal advice." in streams(made("en", profile=profile))
