"""The checks of the log, against a log that is whole and one that somebody had their hands in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation.audit import pulse, sequence
from moderation.audit.destinations import Collector, Peer
from moderation.audit.models import Checkpoint, Cosignature, Entry, Leaf, Stream
from moderation.audit.pulse import Sign
from moderation.audit.record import record, record_refusal
from moderation.audit.role import INSERT_ONLY, NO_UPDATE
from moderation.audit.source import Source
from moderation.audit.triggers import NAMES
from moderation.models import Outcome
from moderation.review.probes import log
from moderation.review.probes.base import Found, Span
from moderation.staff import Role
from tests.audit_triggers import lifted
from tests.log import belated
from tests.moderation.audit.logs import WITNESS_KEY
from tests.moderation.cast import at_console

HERE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0", "http")
pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def span(now: datetime) -> Span:
    return Span(now - timedelta(days=30), now + timedelta(minutes=1))


def facts(found: Found) -> tuple[Outcome, dict[str, int | str]]:
    return found.outcome, dict(found.facts)


def written(count: int = 3) -> None:
    for number in range(count):
        record("room.open", source=HERE, actor="alice", room=f"r{number}")


def test_an_empty_log_is_not_measured(span: Span) -> None:
    probes = (log.insert_only, log.sealed, log.proved, log.fields, log.clocks, log.kept, log.events, log.read)
    assert {probe(span).outcome for probe in probes} == {Outcome.UNKNOWN}


def test_a_log_that_beats_passes_and_a_silence_fails(span: Span, now: datetime) -> None:
    assert facts(log.heard(span)) == (Outcome.UNKNOWN, {"signs": 0, "longest": 0})
    pulse.give(Sign.BEAT, source=HERE)
    assert facts(log.heard(Span(span.start, now + timedelta(seconds=30)))) == (
        Outcome.PASSED,
        {"signs": 1, "longest": 0},
    )
    assert facts(log.heard(Span(span.start, now + timedelta(minutes=40)))) == (
        Outcome.FAILED,
        {"signs": 1, "longest": 39},
    )


def test_a_period_in_which_a_living_server_gave_no_sign_fails(now: datetime) -> None:
    pulse.give(Sign.BEAT, source=HERE)
    silent = Span(now + timedelta(minutes=5), now + timedelta(minutes=45))
    assert facts(log.heard(silent)) == (Outcome.FAILED, {"signs": 0, "longest": 40})


def whole() -> None:
    """A row in every table of the log."""
    written(300)
    sequence.seal(timezone.now())
    Cosignature.objects.create(size=300, key="witness.example/w1", line="signed", created_at=timezone.now())


def rows() -> list[object]:
    return [list(model._default_manager.order_by("pk").values()) for model in log.LOG]


def test_every_table_that_the_database_guards_is_tried() -> None:
    assert {model._meta.db_table for model in log.LOG} == {*INSERT_ONLY, *NO_UPDATE}
    assert {name.rpartition("_no_")[0] for name in NAMES[connection.vendor]} == {*INSERT_ONLY, *NO_UPDATE}


def test_the_database_refuses_every_attempt_on_a_table_of_the_log_and_nothing_changed(span: Span) -> None:
    whole()
    before = rows()
    found = log.insert_only(span)
    told = {"tried": 11, "refused": 11, "missing": 0, "database": connection.vendor}
    assert facts(found) == (Outcome.PASSED, told)
    assert rows() == before


def test_a_database_that_lets_the_log_be_changed_fails_and_the_attempt_is_undone(span: Span) -> None:
    whole()
    before = rows()
    with lifted():
        found = log.insert_only(span)
    assert (found.outcome, found.facts["refused"]) == (Outcome.FAILED, 0)
    assert found.facts["missing"] == len(NAMES[connection.vendor])
    assert rows() == before


@pytest.mark.parametrize("name", sorted(NAMES[connection.vendor]))
def test_each_trigger_that_is_missing_fails(span: Span, name: str) -> None:
    written()
    table = f" ON {name.rpartition('_no_')[0]}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{table}")
    found = log.insert_only(span)
    assert (found.outcome, found.facts["missing"]) == (Outcome.FAILED, 1)


def test_what_waits_longer_than_ten_seconds_fails(span: Span, now: datetime) -> None:
    written()
    late = Span(span.start, now + timedelta(minutes=1))
    assert facts(log.sealed(late)) == (Outcome.FAILED, {"entries": 3, "sealed": 0, "late": 3})
    sequence.seal(now)
    assert facts(log.sealed(late)) == (Outcome.PASSED, {"entries": 3, "sealed": 3, "late": 0})


def test_an_entry_that_the_log_settled_beyond_fails(span: Span, now: datetime) -> None:
    belated(timedelta(hours=1))
    assert facts(log.sealed(span)) == (Outcome.FAILED, {"entries": 4, "sealed": 3, "late": 1})
    sequence.seal_passed_over(now)
    assert facts(log.sealed(span)) == (Outcome.PASSED, {"entries": 4, "sealed": 4, "late": 0})


def test_a_log_that_agrees_with_its_checkpoint_passes(span: Span, now: datetime) -> None:
    written(300)
    sequence.seal(now)
    assert facts(log.proved(span)) == (Outcome.PASSED, {"size": 300, "checked": 302, "broken": 0})


def test_an_entry_that_somebody_rewrote_is_found(span: Span, now: datetime) -> None:
    written()
    sequence.seal(now)
    with lifted():
        Entry.objects.filter(room="r1").update(room="r9")
        assert facts(log.proved(span)) == (Outcome.FAILED, {"size": 3, "checked": 5, "broken": 1})


def test_a_checkpoint_that_somebody_rewrote_is_found(span: Span, now: datetime) -> None:
    written()
    sequence.seal(now)
    with lifted():
        Checkpoint.objects.update(root=b"\0" * 32)
        assert facts(log.proved(span)) == (Outcome.FAILED, {"size": 3, "checked": 5, "broken": 2})


def test_without_a_witness_the_control_fails(span: Span) -> None:
    assert facts(log.witnessed(span)) == (Outcome.FAILED, {"witnesses": 0, "cosigned": 0})


def test_only_witnesses_that_are_set_up_count_and_none_that_says_that_the_log_was_changed(
    span: Span, settings: Settings
) -> None:
    peer = Peer("https://witness.example", WITNESS_KEY)
    settings.STOA_WITNESSES = [peer]
    Checkpoint.objects.create(size=3, root=bytes(32), note="", created_at=span.start)
    Cosignature.objects.create(size=3, key="an.older/one+00000000", line="", created_at=span.start)
    assert facts(log.witnessed(span)) == (Outcome.FAILED, {"witnesses": 1, "cosigned": 0})
    Cosignature.objects.create(size=3, key=peer.name, line="", created_at=span.start)
    assert facts(log.witnessed(span)) == (Outcome.PASSED, {"witnesses": 1, "cosigned": 1})
    row = Stream.objects.create(name=f"witness {peer.name}", cursor=3, sent_at=span.start)
    for error, outcome in (("away", Outcome.PASSED), ("behind", Outcome.FAILED), ("contradicted", Outcome.FAILED)):
        Stream.objects.filter(pk=row.pk).update(error=error)
        assert log.witnessed(span).outcome == outcome, error


def test_a_log_that_is_sent_nowhere_fails(span: Span, settings: Settings) -> None:
    settings.STOA_LOG_STREAM = []
    assert facts(log.streamed(span)) == (Outcome.FAILED, {"collectors": 0, "away": 0})


def test_a_collector_that_does_not_answer_fails_and_one_that_does_passes(span: Span, settings: Settings) -> None:
    collector = Collector.parse("https://siem.example/log")
    settings.STOA_LOG_STREAM = [collector]
    assert facts(log.streamed(span)) == (Outcome.FAILED, {"collectors": 1, "away": 1}), "it never took anything"
    row = Stream.objects.create(name=collector.name, sent_at=span.start, error="answered with 503")
    assert facts(log.streamed(span)) == (Outcome.FAILED, {"collectors": 1, "away": 1})
    Stream.objects.filter(pk=row.pk).update(error="")
    assert facts(log.streamed(span)) == (Outcome.PASSED, {"collectors": 1, "away": 0})


@pytest.mark.parametrize(("minutes", "outcome"), [(14, Outcome.PASSED), (16, Outcome.FAILED)])
def test_a_collector_to_which_nobody_sends_any_more_fails_after_a_quarter_of_an_hour(
    span: Span, settings: Settings, minutes: int, outcome: Outcome
) -> None:
    settings.STOA_LOG_STREAM = [Collector.parse("https://siem.example/log")]
    row = Stream.objects.create(name=settings.STOA_LOG_STREAM[0].name, cursor=3, sent_at=span.start)
    written(4)
    sequence.seal(span.now - timedelta(minutes=minutes))
    assert log.streamed(span).outcome == outcome
    Stream.objects.filter(pk=row.pk).update(cursor=4)
    assert log.streamed(span).outcome == Outcome.PASSED


def test_entries_say_where_they_came_from(span: Span) -> None:
    written(2)
    assert facts(log.fields(span)) == (Outcome.PASSED, {"network": 2, "missing": 0, "device": 2})


def test_an_entry_without_a_source_port_fails(span: Span) -> None:
    record("room.open", source=Source("192.0.2.7", 0, "203.0.113.1:443", "", "http"), actor="alice")
    assert facts(log.fields(span)) == (Outcome.FAILED, {"network": 1, "missing": 1, "device": 0})


def test_what_the_server_does_by_itself_has_no_source(span: Span) -> None:
    record("room.end", source=Source.internal("celery"))
    assert log.fields(span).outcome == Outcome.UNKNOWN


def test_clocks_that_agree_pass(span: Span) -> None:
    written()
    found = log.clocks(span)
    assert (found.outcome, found.facts["entries"]) == (Outcome.PASSED, 3)


def test_where_sound_comes_from_counts_and_may_be_written_down_later(span: Span, now: datetime) -> None:
    written()
    media = Source("192.0.2.7", 50000, "203.0.113.1:7882", "Browser", "media")
    record("media.connect", source=media, actor="alice", occurred_at=now - timedelta(minutes=1))
    assert log.clocks(span).outcome == Outcome.PASSED
    assert log.fields(span).facts["network"] == 4
    record("media.connect", source=Source.internal("media"), actor="alice")
    assert log.fields(span).facts["missing"] == 1


def test_a_clock_that_is_wrong_fails(span: Span, now: datetime) -> None:
    written()
    with lifted():
        Entry.objects.filter(room="r1").update(occurred_at=now - timedelta(hours=1))
        found = log.clocks(span)
    assert found.outcome == Outcome.FAILED
    assert int(found.facts["worst"]) > 3_500_000


@pytest.mark.parametrize(("profile", "days"), [("standard", 400), ("cn", 184)])
def test_a_log_is_kept_for_six_months_or_longer(
    profile: str, days: int, span: Span, now: datetime, settings: Settings
) -> None:
    settings.STOA_PROFILE = profile
    written()
    sequence.seal(now)
    assert facts(log.kept(span)) == (Outcome.PASSED, {"days": days, "oldest": 0, "gaps": 0})


def test_what_is_not_sealed_yet_is_no_gap(span: Span) -> None:
    written()
    assert facts(log.kept(span)) == (Outcome.PASSED, {"days": 400, "oldest": 0, "gaps": 0})


def test_a_leaf_that_is_gone_is_a_gap(span: Span, now: datetime) -> None:
    written()
    sequence.seal(now)
    with lifted():
        Leaf.objects.filter(index=1).delete()
        assert (log.kept(span).outcome, log.kept(span).facts["gaps"]) == (Outcome.FAILED, 1)


def test_whoever_came_without_a_sign_in_in_the_log_fails_the_control(span: Span, now: datetime, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(last_login=now)
    assert log.events(span).outcome == Outcome.FAILED
    record("account.sign_in", source=HERE, actor=bob.uid, object_type="user", object_id=bob.uid)
    record_refusal("account.sign_in", source=HERE, object_type="user", object_id=bob.uid, reason="wrong_password")
    found = {"came": 1, "sign_ins": 1, "failed": 1, "factors": 0, "refusals": 1}
    assert facts(log.events(span)) == (Outcome.PASSED, found)


def test_a_log_that_nobody_reads_fails(span: Span, alice: User) -> None:
    client = at_console(alice, Role.REVIEWER)
    assert log.read(span).outcome == Outcome.FAILED
    client.get("/console/")
    assert facts(log.read(span)) == (Outcome.PASSED, {"reads": 1, "searches": 0, "turned_away": 0})


def test_nothing_personal_has_a_column_of_its_own(span: Span) -> None:
    written()
    assert facts(log.privacy(span)) == (Outcome.PASSED, {"plain": 0, "people": 1, "erased": 0})


@pytest.mark.parametrize("value", ["a11ce0000000beef", HERE.address])
def test_an_entry_that_gives_away_what_it_seals_fails(span: Span, value: str) -> None:
    record("room.open", source=HERE, actor="a11ce0000000beef", detail={"about": "somebody"})
    assert log.privacy(span).outcome == Outcome.PASSED
    record("room.open", source=HERE, actor="a11ce0000000beef", detail={"about": f"seen: {value}"})
    assert (log.privacy(span).outcome, log.privacy(span).facts["plain"]) == (Outcome.FAILED, 1)


def test_no_stranger_fails_the_control_by_what_their_browser_calls_itself(span: Span) -> None:
    record("room.open", source=replace(HERE, user_agent="room"), actor="a11ce0000000beef")
    assert log.privacy(span).outcome == Outcome.PASSED


def test_logs_go_where_the_settings_name_it_and_a_handler_that_leads_elsewhere_fails(
    span: Span, settings: Settings
) -> None:
    named = {"database": connection.vendor, "collectors": 0, "witnesses": 0}
    assert facts(log.places(span)) == (Outcome.PASSED, {**named, "handlers": 1, "elsewhere": 0})
    file = {"class": "logging.FileHandler", "filename": "/tmp/stoa.log"}
    settings.LOGGING = settings.LOGGING | {"handlers": settings.LOGGING["handlers"] | {"file": file}}
    assert facts(log.places(span)) == (Outcome.FAILED, {**named, "handlers": 2, "elsewhere": 1})
