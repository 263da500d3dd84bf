import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY, generate_latest
from pytest_django.fixtures import Settings

from config import figures
from moderation.audit import cosign, pulse
from moderation.audit.destinations import Peer
from moderation.audit.models import Entry, Stream
from moderation.audit.pulse import Sign
from moderation.audit.source import Source
from rooms import process
from rooms.models import Access, Room, State
from rooms.sfu.messages import STEPS, Figures
from tests.log import aged
from tests.moderation.audit.logs import WITNESS_KEY

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"


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
def test_each_witness_has_the_time_it_signed_and_whether_it_contradicts(settings: Settings) -> None:
    assert "stoa_witness_contradicts{" not in shown()
    settings.STOA_WITNESSES = [Peer("https://witness.example", WITNESS_KEY)]
    (name,) = cosign.standing()
    assert f'stoa_witness_contradicts{{witness="{name}"}} 0.0' in shown()
    assert f'stoa_witness_signed_seconds{{witness="{name}"}} +Inf' in shown()
    row = Stream.objects.create(name=f"{cosign.WITNESS}{name}", sent_at=timezone.now() - timedelta(minutes=20))
    assert f'stoa_witness_signed_seconds{{witness="{name}"}} 120' in shown()
    for error, contradicts in (("away", 0.0), ("behind", 1.0), ("contradicted", 1.0)):
        Stream.objects.filter(pk=row.pk).update(error=error)
        assert f'stoa_witness_contradicts{{witness="{name}"}} {contradicts}' in shown()


@pytest.mark.django_db
def test_the_log_is_tried_at_every_scrape_and_leaves_no_entry() -> None:
    assert "stoa_log_writable 1.0" in shown()
    assert "stoa_log_unsealed_seconds 0.0" in shown()
    assert "stoa_log_silent_seconds" not in shown()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_how_long_a_log_is_silent_that_once_gave_a_sign_of_life_is_a_figure() -> None:
    pulse.give(Sign.BEAT, source=Source.internal("celery"))
    aged(Entry.objects.get(), timedelta(minutes=20))
    assert "stoa_log_silent_seconds 1200." in shown()


@pytest.mark.django_db
def test_a_log_that_cannot_be_written_is_a_figure_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("moderation.audit.record._write", full)
    assert "stoa_log_writable 0.0" in shown()
    assert "stoa_log_unsealed_seconds" not in shown()


SAID = Figures(
    "node-0",
    {
        "peers": 3,
        "cpu_ms": 1500,
        "accelerated": 1,
        "received": 10,
        "received_bytes": 1000,
        "relayed": 9,
        "sent": 18,
        "sent_bytes": 1900,
        "bridge_published": 8,
        "bridge_received": 7,
    },
    {"late": 1},
    (4, 5, *[0] * (len(STEPS) - 1), 12_000),
    (*[0] * (len(STEPS) + 1), 0),
    (*[0] * len(STEPS), 1, 6_000_000),
)


@pytest.mark.django_db
def test_what_the_media_processes_said_last_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "media_figures", lambda: [SAID])
    lines = shown().splitlines()
    for line in (
        'stoa_media_peers{sfu="node-0"} 3.0',
        'stoa_media_accelerated{sfu="node-0"} 1.0',
        'stoa_media_cpu_seconds_total{sfu="node-0"} 1.5',
        'stoa_media_packets_total{kind="sent",sfu="node-0"} 18.0',
        'stoa_media_packets_total{kind="bridge_received",sfu="node-0"} 7.0',
        'stoa_media_bytes_total{kind="received",sfu="node-0"} 1000.0',
        'stoa_media_drops_total{reason="late",sfu="node-0"} 1.0',
        'stoa_media_relay_seconds_bucket{le="0.001",sfu="node-0"} 4.0',
        'stoa_media_relay_seconds_bucket{le="+Inf",sfu="node-0"} 9.0',
        'stoa_media_relay_seconds_sum{sfu="node-0"} 0.012',
        'stoa_media_lag_seconds_bucket{le="5.0",sfu="node-0"} 0.0',
        'stoa_media_lag_seconds_count{sfu="node-0"} 1.0',
    ):
        assert line in lines


@pytest.mark.django_db
def test_how_often_each_job_of_a_web_process_fell_is_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "falls", lambda: {"hub": 2, "bus": 0})
    assert 'stoa_web_job_falls_total{job="bus"} 0.0' in shown()
    assert 'stoa_web_job_falls_total{job="hub"} 2.0' in shown()


@pytest.mark.django_db
def test_the_dashboard_asks_for_nothing_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "media_figures", lambda: [SAID])
    pulse.give(Sign.BEAT, source=Source.internal("celery"))
    figures.count_request("GET", 200, 0.01)
    dashboard = json.loads(DASHBOARD.read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"[a-z]+(?:_[a-z]+)+(?=[{\\[)\s]|$)", target["expr"])
        if name.startswith(("stoa_", "process_"))
    }
    given = set(re.findall(r"^(?:# HELP )?(\w+)", shown(), re.MULTILINE))
    assert asked
    assert asked <= given
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
