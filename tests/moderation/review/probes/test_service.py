"""The checks of what carries the service."""

import logging
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import throttle, words
from moderation.actions import controls
from moderation.audit.models import Result
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Finding, Outcome
from moderation.review.probes import service
from moderation.review.probes.base import Found, Span
from tests.moderation.review.sample import measured

SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db


@pytest.fixture
def span() -> Span:
    now = timezone.now()
    return Span(now - timedelta(days=30), now + timedelta(minutes=1))


def facts(found: Found) -> tuple[Outcome, dict[str, int | str]]:
    return found.outcome, dict(found.facts)


def test_names_are_screened_and_a_list_is_in_force(span: Span, settings: Settings, tmp_path: Path) -> None:
    settings.STOA_WORDS = ""
    found = service.words_screened(span)
    assert (found.outcome, found.facts["refused"], found.facts["listed"]) == (Outcome.FAILED, 6, 0)
    (tmp_path / "words").write_text("# ours\nbadword\n\n")
    settings.STOA_WORDS = str(tmp_path / "words")
    found = service.words_screened(span)
    assert (found.outcome, found.facts["listed"]) == (Outcome.PASSED, 1)


def test_names_that_are_not_refused_any_more_fail(span: Span, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("badword\n")
    settings.STOA_WORDS = str(tmp_path / "words")
    with patch.object(words, "check"):
        found = service.words_screened(span)
    assert (found.outcome, found.facts["refused"]) == (Outcome.FAILED, 0)


@pytest.mark.parametrize(
    ("url", "secure", "outcome"),
    [
        ("https://stoa.example", True, Outcome.PASSED),
        ("http://stoa.example", False, Outcome.FAILED),
        ("http://localhost:8000", False, Outcome.UNKNOWN),
    ],
)
def test_only_tls_carries_pages_over_a_network(
    span: Span, settings: Settings, url: str, secure: bool, outcome: Outcome
) -> None:
    settings.PUBLIC_URL, settings.SECURE = url, secure
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = secure
    assert service.transport(span).outcome == outcome


@pytest.mark.parametrize(
    "start", [b"OggS\0\0", b"fLaC", b"ID3\4", b"\x1aE\xdf\xa3", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypM4A "]
)
def test_a_file_with_sound_is_found_whatever_it_is_called(
    span: Span, settings: Settings, tmp_path: Path, start: bytes
) -> None:
    settings.STOA_DATA = tmp_path
    (tmp_path / "notes.txt").write_text("nothing to hear")
    (tmp_path / "face.webp").write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    assert facts(service.audio(span)) == (Outcome.PASSED, {"files": 2, "sounds": 0})
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "notes.txt").write_bytes(start + bytes(20))
    assert facts(service.audio(span)) == (Outcome.FAILED, {"files": 3, "sounds": 1})


def test_the_databases_own_files_are_not_opened(span: Span, settings: Settings, tmp_path: Path) -> None:
    settings.STOA_DATA = tmp_path
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"stoa.sqlite3{end}").write_bytes(b"OggS")
    with patch.dict(connection.settings_dict, {"NAME": str(tmp_path / "stoa.sqlite3")}):
        assert facts(service.audio(span)) == (Outcome.PASSED, {"files": 0, "sounds": 0})


def test_a_try_too_many_is_refused_now(span: Span) -> None:
    assert facts(service.tries(span)) == (Outcome.PASSED, {"allowed": 1, "refused": 1})


def test_a_counter_that_lets_everything_through_fails(span: Span) -> None:
    with patch.object(throttle, "hit", return_value=True):
        assert facts(service.tries(span)) == (Outcome.FAILED, {"allowed": 1, "refused": 0})


def test_a_counter_that_is_away_is_not_measured(span: Span) -> None:
    with patch.object(throttle, "hit", side_effect=throttle.Unavailable):
        assert service.tries(span).outcome == Outcome.UNKNOWN


def test_what_held_rooms_in_hand_is_counted(span: Span) -> None:
    record("member.remove", source=SOURCE, actor="a")
    record("room.lock", source=SOURCE, actor="a")
    found = service.rooms(span)
    used = {name: found.facts[name] for name in ("mute", "remove", "ban", "lock", "end")}
    assert (found.outcome, used) == (Outcome.PASSED, {"mute": 0, "remove": 1, "ban": 0, "lock": 1, "end": 0})


def test_debug_pages_fail(span: Span, settings: Settings) -> None:
    assert service.errors(span).outcome == Outcome.PASSED
    settings.DEBUG = True
    assert facts(service.errors(span)) == (Outcome.FAILED, {"debug": 1, "last_resort": 1})


def test_without_a_way_to_report_the_control_fails(span: Span) -> None:
    with patch.dict(apps.all_models, {"moderation": {}}):
        assert service.complaints(span).outcome == Outcome.FAILED
    with patch.dict(apps.all_models, {"moderation": {"report": object}}):
        assert service.complaints(span).outcome == Outcome.PASSED


def test_errors_are_written_down_and_what_failed_is_counted(span: Span) -> None:
    record("room.open", source=SOURCE, result=Result.FAILED)
    found = {"written": 1, "broken": 1, "failing": 0, "found": 0}
    assert facts(service.errors_logged(span)) == (Outcome.PASSED, found)
    with patch.object(logging.getLogger("django.request"), "disabled", new=True):
        assert facts(service.errors_logged(span)) == (Outcome.FAILED, {**found, "written": 0})


def test_a_control_that_failed_and_whose_finding_is_gone_is_told(span: Span) -> None:
    now = timezone.now()
    with measured() as outcomes:
        outcomes["log.kept"] = Outcome.FAILED
        controls.check(now, source=SOURCE)
    found = {"written": 1, "broken": 0, "failing": 1, "found": 1}
    assert facts(service.errors_logged(span)) == (Outcome.PASSED, found)
    Finding.objects.all().delete()
    assert facts(service.errors_logged(span)) == (Outcome.FAILED, {**found, "found": 0})
