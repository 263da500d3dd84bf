"""What `/metrics` shows besides the process's own figures: requests by status, rooms and people in them, the log."""

from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, QuerySet
from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from moderation.audit import pulse, sequence
from rooms.models import Member, Room, State

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = Histogram("stoa_http_request_seconds", "How long requests took, by method and status", ("method", "status"))


def count_request(method: str, status: int, seconds: float) -> None:
    """Note one finished request; a method nobody knows counts as `other`, so that strangers make no new series."""
    _requests.labels(method if method in METHODS else "other", status).observe(seconds)


class Rooms(Collector):
    """Asks the database at every scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many rooms there are in each state, and how many people are present on each stage."""
        live = Room.objects.exclude(state=State.ENDED)
        here = Member.objects.filter(present=True)
        yield from _counted("stoa_rooms", "Rooms that have not ended", live, "state")
        yield from _counted("stoa_members", "People present in rooms", here, "stage")

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


class Log(Collector):
    """Tries the audit log at every scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Whether the log takes entries, and for how many seconds the oldest one waits for its checkpoint."""
        try:
            pulse.probe()
            yield GaugeMetricFamily("stoa_log_writable", "Whether the audit log takes an entry", 1)
            late = sequence.waited().total_seconds()
            yield GaugeMetricFamily("stoa_log_unsealed_seconds", "How long the oldest entry waits for its seal", late)
        except DatabaseError:
            yield GaugeMetricFamily("stoa_log_writable", "Whether the audit log takes an entry", 0)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


def _counted(name: str, text: str, rows: QuerySet[Any], by: str) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily(name, text, labels=[by])
    try:
        for value, number in rows.values_list(by).annotate(Count("pk")):
            family.add_metric([value], number)
    except DatabaseError:  # /readyz says so; the process's own figures are wanted all the more
        return
    yield family


REGISTRY.register(Rooms())
REGISTRY.register(Log())
