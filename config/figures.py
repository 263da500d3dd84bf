"""What `/metrics` shows besides the process's own figures: requests by status, rooms and people, media, the log."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, QuerySet
from django.utils import timezone
from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from moderation.audit import cosign, pulse, sequence
from rooms import process
from rooms.models import Carrier, Member, Room, State
from rooms.sfu.messages import STEPS, Figures

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = Histogram("stoa_http_request_seconds", "How long requests took, by method and status", ("method", "status"))


def count_request(method: str, status: int, seconds: float) -> None:
    """Note one finished request; a method nobody knows counts as `other`, so that strangers make no new series."""
    _requests.labels(method if method in METHODS else "other", status).observe(seconds)


class Rooms(Collector):
    """Asks the database at every scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many rooms there are in each state and on each media process, and how many people on each stage."""
        live = Room.objects.exclude(state=State.ENDED)
        here = Member.objects.filter(present=True)
        carrying = Carrier.objects.filter(idle_since=None)
        yield from _counted("stoa_rooms", "Rooms that have not ended", live, "state")
        yield from _counted("stoa_members", "People present in rooms", here, "stage")
        yield from _counted("stoa_media_rooms", "Rooms that a media process carries", carrying, "sfu")

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


class MediaProcesses(Collector):
    """Tells what every media process said last."""

    def collect(self) -> Iterator[Metric]:
        """Peers, fan-out, packets and bytes, drops by reason, CPU, and histograms of relay, joins and loop lag."""
        told = process.media_figures()
        peers = GaugeMetricFamily("stoa_media_peers", "Connections", labels=["sfu"])
        fast = GaugeMetricFamily("stoa_media_accelerated", "Whether compiled code sends its packets", labels=["sfu"])
        cpu = CounterMetricFamily("stoa_media_cpu_seconds", "CPU that the process took", labels=["sfu"])
        packets = CounterMetricFamily(
            "stoa_media_packets",
            "Packets, of voices those passed on, and those between media processes",
            labels=["sfu", "kind"],
        )
        octets = CounterMetricFamily("stoa_media_bytes", "Bytes in packets", labels=["sfu", "kind"])
        drops = CounterMetricFamily("stoa_media_drops", "Packets thrown away", labels=["sfu", "reason"])
        for one in told:
            peers.add_metric([one.sfu], one.counts["peers"])
            fast.add_metric([one.sfu], one.counts.get("accelerated", 0))  # a process of before does not say
            cpu.add_metric([one.sfu], one.counts["cpu_ms"] / 1000)
            for kind in ("received", "relayed", "sent", "bridge_published", "bridge_received"):
                packets.add_metric([one.sfu, kind], one.counts[kind])
            for kind in ("received", "sent"):
                octets.add_metric([one.sfu, kind], one.counts[f"{kind}_bytes"])
            for reason, number in sorted(one.drops.items()):
                drops.add_metric([one.sfu, reason], number)
        yield from (peers, fast, cpu, packets, octets, drops)
        yield _histogram("stoa_media_relay_seconds", "A packet until its last listener was sent it", told, "relay")
        yield _histogram("stoa_media_join_seconds", "An offer until it was connected", told, "joins")
        yield _histogram("stoa_media_lag_seconds", "What was due until the event loop did it", told, "lag")

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: there is none before a media process said anything."""
        return iter(())


class Jobs(Collector):
    """Tells how this web process's jobs fare."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """How often each fell by an error nobody foresaw, and was begun again."""
        falls = CounterMetricFamily("stoa_web_job_falls", "Falls of what a web process keeps running", labels=["job"])
        for job, number in sorted(process.falls().items()):
            falls.add_metric([job], number)
        yield falls

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Nothing in advance: there is none before the first socket."""
        return iter(())


def _histogram(name: str, text: str, told: list[Figures], field: str) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, text, labels=["sfu"])
    bounds = [*(str(step / 1000) for step in STEPS), "+Inf"]
    for one in told:
        *counts, micros = getattr(one, field)
        family.add_metric([one.sfu], list(zip(bounds, accumulate(counts), strict=True)), micros / 1_000_000)
    return family


class Log(Collector):
    """Tries the audit log at every scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Whether the log takes entries, how long the oldest one waits for its seal, and since when it is silent."""
        try:
            pulse.probe()
            yield GaugeMetricFamily("stoa_log_writable", "Whether the audit log takes an entry", 1)
            late = sequence.waited().total_seconds()
            yield GaugeMetricFamily("stoa_log_unsealed_seconds", "How long the oldest entry waits for its seal", late)
            if (silent := pulse.silent()) is not None:
                told = "How long ago whatever seals the log said that it lives"
                yield GaugeMetricFamily("stoa_log_silent_seconds", told, silent.total_seconds())
        except DatabaseError:
            yield GaugeMetricFamily("stoa_log_writable", "Whether the audit log takes an entry", 0)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


class Witnesses(Collector):
    """Tells how each witness of the log stands."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """When each signed last, and whether it says that the log's past was changed."""
        signed = GaugeMetricFamily(
            "stoa_witness_signed_seconds", "How long ago it signed last; +Inf: never", labels=["witness"]
        )
        changed = GaugeMetricFamily("stoa_witness_contradicts", "Whether it saw another past", labels=["witness"])
        try:
            standing, now = cosign.standing(), timezone.now()
        except DatabaseError:
            return
        for name, row in standing.items():
            changed.add_metric([name], row is not None and row.error in cosign.CHANGED)
            at = row.sent_at if row else None
            signed.add_metric([name], (now - at).total_seconds() if at else float("inf"))
        yield from (signed, changed)

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
REGISTRY.register(Witnesses())
REGISTRY.register(MediaProcesses())
REGISTRY.register(Jobs())
