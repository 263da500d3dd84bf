"""What applies here."""

import hashlib
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts import notice
from moderation.actions.deadlines import ADDRESS_KEPT
from moderation.actions.evidence import KEPT, LONGEST

PROFILES = ("standard", "private", "cn")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_full_text_in_both_languages(profile: str) -> None:
    here = notice.of(profile)
    assert set(here.texts) == {"en", "zh-hans"}
    assert len(here.texts["en"]) == len(here.texts["zh-hans"]) >= 4
    for english, chinese in zip(here.texts["en"], here.texts["zh-hans"], strict=True):
        assert english.title.isascii()
        assert not chinese.title.isascii()
        assert len(english.paragraphs) == len(chinese.paragraphs) >= 1


@pytest.mark.parametrize("profile", PROFILES)
def test_the_digest_is_that_of_the_canonical_text(profile: str) -> None:
    here = notice.of(profile)
    text = notice.canonical(profile, here.texts)
    assert here.digest == hashlib.sha256(text.encode()).hexdigest()
    assert text.startswith(f"profile {profile}\nversion {notice.VERSION}\nlanguage en\nYour voice\n")
    assert "{" not in text


def test_profiles_differ() -> None:
    assert len({notice.of(profile).digest for profile in PROFILES}) == 3


def test_the_chinese_profile_names_its_floors_and_the_private_one_its_promise() -> None:
    chinese = notice.canonical("cn", notice.of("cn").texts)
    assert f"{notice.LOG_DAYS_CN} days" in chinese
    assert f"{notice.CONTENT_DAYS_CN} days" in chinese
    assert "A private server" in notice.canonical("private", notice.of("private").texts)


@pytest.mark.parametrize(("profile", "held"), [("standard", True), ("cn", True), ("private", False)])
def test_a_profile_that_holds_the_last_minute_says_so_and_the_private_one_denies_it(profile: str, held: bool) -> None:
    text = notice.canonical(profile, notice.of(profile).texts)
    assert ("the last minute of what you say stays" in text) is held
    assert ("not stored and not transcribed" in text) is not held


@pytest.mark.parametrize("profile", PROFILES)
def test_whoever_accepts_it_is_told_that_rules_apply_which_a_decision_can_name(profile: str) -> None:
    text = notice.canonical(profile, notice.of(profile).texts)
    assert "What nobody may do here stands under “Rules”" in text
    assert "不允许的行为写在“规则”里" in text


def test_evidence_is_destroyed_when_the_notice_says() -> None:
    a_month, a_year = timedelta(days=30), timedelta(days=365)
    assert a_month == KEPT
    assert a_year == LONGEST


@pytest.mark.parametrize("profile", PROFILES)
def test_the_address_of_somebody_without_an_account_is_deleted_when_the_notice_says(profile: str) -> None:
    text = notice.canonical(profile, notice.of(profile).texts)
    assert "at the latest when the case is closed or after a year" in text
    assert "最迟在结案时或满一年后删除" in text
    assert timedelta(days=365) == ADDRESS_KEPT


def test_how_long_the_log_is_kept_is_never_less_than_the_law_asks() -> None:
    assert notice.LOG_DAYS >= notice.LOG_DAYS_CN >= 184


@pytest.mark.parametrize(
    ("asked", "shown"), [("en", "en"), ("zh-hans", "zh-hans"), ("zh-CN", "zh-hans"), ("fr", "en"), ("", "en")]
)
def test_a_reader_gets_their_language_or_english(asked: str, shown: str) -> None:
    here = notice.of("standard")
    assert here.read_in(asked) == (shown, here.texts[shown])


def test_here_is_the_profile_of_the_settings(settings: Settings) -> None:
    settings.STOA_PROFILE = "private"
    assert notice.here() is notice.of("private")
