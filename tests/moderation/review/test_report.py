from typing import Any

import pytest

from moderation.review.catalogue import ASVS, BASICS, CONTROLS, ISO
from moderation.review.report import Report, Section, report
from moderation.review.texts import LANGUAGES, texts
from tests.moderation.review.sample import AT, LONG_AGO, annex

FINDING = {"id": 3, "control": "log.kept", "title": "", "severity": "critical", "opened": AT, "due": AT, "owned": False}


def made(facts: dict[str, Any], language: str = "en") -> Report:
    return report(facts, texts(language), language)


def words(document: Report) -> str:
    said = [document.title, *document.head, document.verdict, *document.blockers]
    for section in document.sections:
        said += [section.title, *section.paragraphs, *(claim.text for claim in section.claims)]
    return "\n".join(said)


def section(document: Report, title: str) -> Section:
    return next(part for part in document.sections if part.title == title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chinese_report_has_the_four_parts_and_the_eight_items(language: str) -> None:
    titles = [part.title for part in made(annex(), language).sections]
    said = texts(language)
    parts = [said["titles"][name] for name in ("basics", "measures", "conclusion", "others")]
    assert [title for title in titles if title in parts] == parts
    items = list(said["items"].values())
    assert [title for title in titles if title in items] == items
    assert titles.index(parts[1]) < titles.index(items[0])
    assert titles.index(items[-1]) < titles.index(parts[2])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", ["cn", "iso27001", "asvs"])
def test_no_sentence_keeps_an_empty_place(profile: str, language: str) -> None:
    assert "{" not in words(made(annex(profile), language))


@pytest.mark.parametrize("profile", ["cn", "iso27001", "asvs"])
@pytest.mark.parametrize("new", CONTROLS)
def test_an_annex_from_before_a_control_was_there_makes_its_report_without_it(new: str, profile: str) -> None:
    facts = annex(profile)
    del facts["controls"][new]
    claims = [claim for part in made(facts).sections for claim in part.claims]
    assert texts("en")["controls"][new]["title"] not in {claim.subject for claim in claims}
    assert any(claim.status == "passed" for claim in claims)


def test_every_control_stands_in_the_chinese_report_with_the_entry_that_shows_it() -> None:
    claims = [claim for part in made(annex()).sections for claim in part.claims]
    measured = {claim.subject for claim in claims if claim.status == "passed"}
    assert measured == {texts("en")["controls"][name]["title"] for name in CONTROLS}
    assert all(claim.proofs[0].entry == 88 for claim in claims if claim.status == "passed")


def test_the_other_profiles_answer_every_requirement() -> None:
    said = texts("en")
    titles = {part.title for part in made(annex("asvs")).sections if part.claims}
    assert titles == {f"{requirement} {said['asvs'][requirement]}" for requirement in ASVS}
    titles = {part.title for part in made(annex("iso27001")).sections if part.claims}
    assert titles == {said["iso"][requirement] for requirement in ISO}


def test_a_requirement_that_nobody_measured_or_tested_is_said_to_have_no_evidence() -> None:
    claims = section(made(annex("asvs")), "17.1.1 TURN reaches no reserved addresses").claims
    assert [claim.status for claim in claims] == ["none"]


@pytest.mark.parametrize(
    ("turn", "status", "words"), [("turn=no", "absent", "no TURN server"), ("turn=yes", "none", "assess them by hand")]
)
@pytest.mark.parametrize(
    "title", ["17.1.1 TURN reaches no reserved addresses", "17.1.2 TURN withstands exhaustion of its ports"]
)
def test_what_is_asked_of_a_turn_server_is_not_applicable_where_there_is_none_and_else_for_somebody_to_assess(
    title: str, turn: str, status: str, words: str
) -> None:
    (claim,) = section(made(annex("asvs", technology=["django 5", turn])), title).claims
    assert claim.status == status
    assert words in claim.text
    assert claim.proofs == ()


def test_nothing_else_that_is_asked_is_without_an_answer() -> None:
    claims = [claim for part in made(annex("asvs", technology=["turn=no"])).sections for claim in part.claims]
    assert {claim.subject for claim in claims if claim.status in {"none", "absent"}} == {"17.1.1", "17.1.2"}


def test_ciphers_of_the_media_are_not_answered_by_the_encryption_of_pages() -> None:
    (claim,) = section(made(annex("asvs")), "17.2.2 Strong DTLS ciphers and SRTP profiles").claims
    assert (claim.status, "tests/rooms/sfu/test_peer_ciphers.py" in claim.text) == ("tested", True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", ["cn", "iso27001", "asvs"])
def test_it_does_not_say_that_nothing_spoken_is_stored_where_a_report_seals_it(profile: str, language: str) -> None:
    said = texts(language)["words"]
    for served, told, untold in (
        ("cn", "ring", "no_ring"),
        ("standard", "ring", "no_ring"),
        ("private", "no_ring", "ring"),
    ):
        document = words(made(annex(profile, server_profile=served), language))
        assert (said[told] in document, said[untold] in document) == (True, False)


@pytest.mark.parametrize(
    ("language", "law"),
    [
        ("en", "Art. 5(3), Cybersecurity Law Art. 23(3) [21(3)]"),
        ("zh-hans", "第五条第（三）项、《网络安全法》第二十三条第三项［原第二十一条第三项］"),
    ],
)
def test_a_claim_names_its_law_in_both_numberings(language: str, law: str) -> None:
    title = texts(language)["controls"]["log.kept"]["title"]
    claims = [claim for part in made(annex(), language).sections for claim in part.claims]
    assert {claim.law for claim in claims if claim.subject == title} == {law}


def test_what_the_operator_did_not_state_is_said_to_be_missing() -> None:
    claims = section(made(annex()), texts("en")["titles"]["basics"]).claims
    assert [claim.status for claim in claims] == ["missing"] * len(BASICS)


def test_a_statement_is_given_in_its_own_words_with_its_day_and_entry() -> None:
    stated = {"english": "In Berlin.", "chinese": "位于柏林。", "at": LONG_AGO, "entry": 5}
    document = made(annex(statements={"location": stated}), "zh-hans")
    claim = section(document, texts("zh-hans")["titles"]["basics"]).claims[BASICS.index("location")]
    assert claim.text == "“位于柏林。”（说明日期：2026 年 10 月 1 日 12:00（UTC））"
    assert claim.proofs[0].entry == 5


def test_a_statement_in_one_language_stands_for_both() -> None:
    stated = {"english": "", "chinese": "位于柏林。", "at": AT, "entry": 5}
    assert "位于柏林。" in words(made(annex(statements={"location": stated})))


def test_what_could_not_be_measured_is_said_to_be_so() -> None:
    facts = annex()
    facts["controls"]["transport.encrypted"] |= {"outcome": "unknown", "passed_at": None, "passed_entry": None}
    claims = [claim for part in made(facts).sections for claim in part.claims]
    claim = next(claim for claim in claims if claim.subject == "Pages and sockets are reached by TLS alone")
    assert claim.label == "Not measured"
    assert [proof.text for proof in claim.proofs] == ["Log entry 88", "Has never passed"]


def test_a_control_that_fails_now_says_when_it_last_passed() -> None:
    facts = annex()
    facts["controls"]["log.kept"] |= {"outcome": "failed", "passed_at": LONG_AGO, "passed_entry": 7}
    claims = [claim for part in made(facts).sections for claim in part.claims]
    (claim,) = (claim for claim in claims if claim.status == "failed")
    assert [proof.entry for proof in claim.proofs] == [88, 7]
    assert claim.proofs[1].text == "Last passed 1 October 2026, 12:00 UTC, log entry 7"


def test_the_conclusion_counts_and_names_an_open_critical_finding() -> None:
    facts = annex(findings=[FINDING])
    facts["controls"]["log.kept"]["outcome"] = "failed"
    said = words(made(facts))
    assert f"Of {len(CONTROLS)} controls, {len(CONTROLS) - 1} were measured as fulfilled, 1 as not fulfilled" in said
    assert "critical ones among them: 1" in said
    assert "No. 3, critical" in said


def test_what_stands_in_the_way_of_the_signature_is_named() -> None:
    blockers = [
        {"kind": "finding", "id": 3, "control": "log.kept", "title": ""},
        {"kind": "control", "id": "log.sealed", "at": LONG_AGO},
        {"kind": "statement", "id": "officer", "at": LONG_AGO},
    ]
    document = made(annex(blockers=blockers))
    assert document.verdict.startswith("This report is not signed")
    assert ["The log is kept" in document.blockers[0], "Every entry" in document.blockers[1]] == [True, True]
    assert document.blockers[2].startswith("The operator's statement on “Security manager")


def test_a_trigger_says_until_when_its_clock_runs() -> None:
    due = {"reason": "growth", "noticed": AT, "due": "2027-01-06T16:00:00.000000Z"}
    assert "runs until 6 January 2027" in words(made(annex(triggers=[due])))


def test_the_numbers_stand_in_a_table_with_their_sum() -> None:
    table = section(made(annex()), "Numbers of the period").table
    assert table == (
        ("Act", "Done", "Refused", "Failed"),
        ("room.open", "75", "5", "0"),
        ("All acts", "75", "5", "0"),
    )


def test_the_same_annex_gives_the_same_report() -> None:
    assert made(annex()) == made(annex())
