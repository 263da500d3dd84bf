import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY, generate_latest

from config import figures
from moderation.audit.models import Entry
from rooms.models import Access, Room, State


def shown() -> str:
    return generate_latest(REGISTRY).decode()


@pytest.mark.django_db
def test_rooms_are_counted_by_state_and_ended_ones_are_not() -> None:
    for state in (State.LIVE, State.LIVE, State.SCHEDULED, State.ENDED):
        Room.objects.create(title="Slow Sunday", access=Access.OPEN, state=state, created_at=timezone.now())
    figures_shown = shown()
    assert 'stoa_rooms{state="live"} 2.0' in figures_shown
    assert 'stoa_rooms{state="scheduled"} 1.0' in figures_shown
    assert 'state="ended"' not in figures_shown


@pytest.mark.django_db
def test_without_the_database_the_process_s_own_figures_are_still_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("django.db.models.query.QuerySet.values_list", away)
    assert "process_cpu_seconds_total" in shown()
    assert "stoa_rooms{" not in shown()


@pytest.mark.django_db
def test_requests_are_counted_and_invented_methods_are_one() -> None:
    figures.count_request("GET", 200, 0.01)
    figures.count_request("MALLORY", 405, 0.01)
    assert 'stoa_http_request_seconds_count{method="GET",status="200"}' in shown()
    assert "MALLORY" not in shown()
    assert 'method="other",status="405"' in shown()


@pytest.mark.django_db
def test_the_log_is_tried_at_every_scrape_and_leaves_no_entry() -> None:
    assert "stoa_log_writable 1.0" in shown()
    assert "stoa_log_unsealed_seconds 0.0" in shown()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_log_that_cannot_be_written_is_a_figure_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("moderation.audit.record._write", full)
    assert "stoa_log_writable 0.0" in shown()
    assert "stoa_log_unsealed_seconds" not in shown()
