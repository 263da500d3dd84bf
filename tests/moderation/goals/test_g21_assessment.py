"""G21: the security assessment in Chinese and English, each claim on evidence of the running server."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation.actions import staff
from moderation.actions.statements import state
from moderation.audit import keys, proof, verify
from moderation.audit.canonical import canonical
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Review
from moderation.review import annex
from moderation.review.catalogue import CONTROLS
from moderation.review.report import Report, report
from moderation.review.texts import texts
from moderation.staff import Role

SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db
PARTS = {
    "en": ("1. The service", "2. Management systems", "3. Conclusion", "4. Other matters"),
    "zh-hans": ("一、信息服务的功能", "二、安全管理制度", "三、安全评估结论", "四、其他应当说明"),
}
ITEMS = {"en": [f"({one})" for one in range(1, 9)], "zh-hans": [f"（{one}）" for one in "一二三四五六七八"]}


@pytest.fixture
def https(settings: Settings) -> None:
    """A server as it should be set up."""
    settings.PUBLIC_URL, settings.SECURE = "https://stoa.example", True
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True


def review(folder: Path) -> Review:
    """The review that the command ran; what it wrote is in `out`."""
    call_command("security_review", "--profile", "cn", "--out", str(folder / "out"))
    return Review.objects.order_by("-pk")[0]


def made(one: Review, language: str) -> Report:
    return report(annex.facts_of(one.annex), texts(language), language)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_report_has_four_parts_and_eight_items(https: None, tmp_path: Path, alice: User, language: str) -> None:
    staff.grant(alice, Role.SENIOR, None, now=timezone.now(), source=SOURCE)
    titles = [section.title for section in made(review(tmp_path), language).sections]
    found = [part for part in PARTS[language] if any(title.startswith(part) for title in titles)]
    assert found == list(PARTS[language])
    assert [title[: len(item)] for item in ITEMS[language] for title in titles if title.startswith(item)] == ITEMS[
        language
    ]


def test_every_measured_claim_leads_to_an_entry_whose_proof_holds(https: None, tmp_path: Path, alice: User) -> None:
    one = review(tmp_path)
    claims = [claim for section in made(one, "en").sections for claim in section.claims]
    measured = [claim for claim in claims if claim.status in {"passed", "failed", "unknown"}]
    assert {claim.subject for claim in measured} == {texts("en")["controls"][name]["title"] for name in CONTROLS}
    entries = {shown.entry for claim in measured for shown in claim.proofs if shown.entry}
    trust = verify.Trust(keys=tuple(keys.vkeys()))
    for entry in entries:
        receipt = proof.receipt(Entry.objects.get(pk=entry))
        assert verify.verify_proof(receipt.encode(), trust)


def test_what_the_claims_say_is_what_the_log_has_the_digest_of(https: None, tmp_path: Path, db: None) -> None:
    facts = annex.facts_of(review(tmp_path).annex)
    shown = {name: control["facts"] for name, control in facts["controls"].items()}
    entry = Entry.objects.get(pk=facts["controls"]["log.kept"]["checked_entry"])
    assert entry.detail["facts"] == hashlib.sha256(canonical(shown)).hexdigest()


def test_it_is_written_as_html_pdf_and_a_signed_annex(https: None, tmp_path: Path, alice: User) -> None:
    one = review(tmp_path)
    assert one.signed
    names = sorted(path.name.replace(f"-{one.pk}-", "-N-") for path in (tmp_path / "out").iterdir())
    assert names == [
        "stoa-review-N-annex.txt",
        *(f"stoa-review-N-{language}.{kind}" for language in ("en", "zh-hans") for kind in ("html", "pdf")),
    ]
    annexed = (tmp_path / "out" / f"stoa-review-{one.pk}-annex.txt").read_bytes()
    assert verify.verified(verify.parse_note(annexed), keys.vkeys())
    page = (tmp_path / "out" / f"stoa-review-{one.pk}-zh-hans.html").read_text(encoding="utf-8")
    assert '<html lang="zh-hans">' in page
    assert one.digest in page
    assert "仅为转述，不构成法律意见" in page
    assert (tmp_path / "out" / f"stoa-review-{one.pk}-zh-hans.pdf").read_bytes().startswith(b"%PDF-")


def test_evidence_older_than_thirty_days_blocks_the_signature_and_says_which(
    https: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state("officer", "Ms Li", "李女士", by="", now=timezone.now() - timedelta(days=31), source=SOURCE)
    one = review(tmp_path)
    assert not one.signed
    assert "Security manager and contact at all hours" in capsys.readouterr().err
    with pytest.raises(verify.Refused):
        verify.verified(verify.parse_note(one.annex.encode()), keys.vkeys())


def test_no_claim_of_the_chinese_report_is_in_english(https: None, tmp_path: Path, alice: User) -> None:
    document = made(review(tmp_path), "zh-hans")
    said = [claim.text for section in document.sections for claim in section.claims]
    kept = {"Stoa", "Argon", "TLS", "DTLS", "SRTP", "UTC", "https", "stoa", "example", "Cookie", "sqlite", "postgresql"}
    left = {text for text in said if set(re.findall(r"[A-Za-z]{3,}", text)) - kept}
    assert left == set()
