"""What stands in the way of a working Stoa: one finding per check, each with what to do about it."""

import os
import shutil
import socket
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config import health, ports, reach
from config.environment import Environment, SettingsError
from config.finding import Finding, Level
from moderation.audit.clock import FREE, state
from moderation.audit.role import may_change
from moderation.hearing import transcribe
from moderation.models import Staff
from moderation.staff import Role
from rooms.sfu import messages

ALIVE_WITHIN = 3.0
"""Seconds; a media process says every two that it lives."""
LEAST_DISK = 1_000_000_000
SWAPS = Path("/proc/swaps")
MOST_SKEW = 1.0
OLDEST_REDIS = (6, 2)


def examine() -> dict[str, Finding]:
    """Every check's finding, by subject."""
    return {subject: check() for subject, check in CHECKS.items()}


def disk() -> Finding:
    """Whether the data folder is ours alone and has room."""
    folder = settings.STOA_DATA
    if not folder.is_dir():
        return Finding(Level.FAIL, f"{folder} is not there", "Make it, or name another with STOA_DATA.")
    free = shutil.disk_usage(folder).free
    if folder.stat().st_mode & 0o077:
        return Finding(Level.FAIL, f"others can read {folder}, and the keys in it", f"chmod 700 {folder}")
    if free < LEAST_DISK:
        return Finding(Level.WARN, f"{free // 10**6} MB free in {folder}", "Make room: the log must not stop.")
    return Finding(Level.OK, f"{free // 10**9} GB free in {folder}")


def swap() -> Finding:
    """Whether memory, where the last minute of those who speak is, could be written to a disk."""
    try:
        _, *areas = SWAPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return Finding(Level.OK, "this system does not say where it swaps")
    disks = [name for name in (area.split()[0] for area in areas) if not name.startswith("/dev/zram")]
    if disks:
        text = f"memory, with the last minute of those who speak, may be written to {' '.join(disks)}"
        return Finding(Level.WARN, text, "swapoff, or use zram; let it be where you know that the disk is encrypted.")
    return Finding(Level.OK, "no memory is written to a disk")


def names() -> Finding:
    """Whether every STOA_ variable is one that somebody reads."""
    unheard = Environment(os.environ).unheard(dir(settings))
    if unheard:
        return Finding(Level.WARN, " ".join(unheard), "It changes nothing: correct its name, or take it out.")
    return Finding(Level.OK, "every STOA_ variable is one that Stoa knows")


def database() -> Finding:
    """Whether the database answers and has every migration."""
    name = connection.vendor
    try:
        waiting = health.database() or health.migrations()
    except DatabaseError as error:
        return Finding(Level.FAIL, f"{name} does not answer: {str(error).strip()}", "Look at DATABASE_URL.")
    if waiting:
        return Finding(Level.FAIL, f"{name}: migrations {waiting}", "Run manage.py migrate (serve does it by itself).")
    return Finding(Level.OK, f"{name} answers, every migration is applied")


def log() -> Finding:
    """Whether the servers' role in the database could change the log, and who migrates and prunes."""
    if connection.vendor != "postgresql":
        return Finding(Level.OK, f"{connection.vendor} has no roles; its triggers alone refuse to change the log")
    servers, owner = settings.DATABASES["default"]["USER"], settings.DATABASES.get("owner", {}).get("USER")
    try:
        changeable = may_change()
    except DatabaseError:
        return Finding(Level.OK, "nothing to be said of it without its table")
    if changeable:
        text = f"the role {servers} could change the log: only triggers stand before it"
        return Finding(Level.WARN, text, "Give the servers a role of their own, and set DATABASE_OWNER_URL (audit.md).")
    who = f"migrate and audit prune run as {owner}" if owner else "DATABASE_OWNER_URL says who migrates and prunes"
    return Finding(Level.OK, f"the role {servers} adds to the log, and can do no more; {who}")


def broker() -> Finding:
    """Whether Redis or Valkey answers and is new enough."""
    try:
        with health.client() as asked:
            version = str(asked.info("server")["redis_version"])
    except redis.RedisError as error:
        advice = "Start `manage.py serve`, which brings its own, or look at REDIS_URL."
        return Finding(Level.FAIL, f"no answer ({type(error).__name__})", advice)
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        return Finding(Level.FAIL, f"version {version} is too old", "Use Redis 6.2 or newer, or any Valkey.")
    return Finding(Level.OK, f"speaks the protocol of Redis {version}")


def clock() -> Finding:
    """Whether this clock is synchronised, and agrees with the database's and Redis's."""
    others = {"the database": _database_time, "Redis": _redis_time}
    for name, read in others.items():
        try:
            skew = read() - time.time()
        except (DatabaseError, redis.RedisError):
            continue  # said where that service is checked
        if abs(skew) > MOST_SKEW:
            return Finding(Level.FAIL, f"{name}'s clock is {skew:+.1f} s off ours", "Synchronise both machines (NTP).")
    if state() == FREE:
        return Finding(Level.WARN, "the kernel says the clock is not synchronised", "Run chrony or systemd-timesyncd.")
    return Finding(Level.OK, "agrees with the database and Redis")


def _database_time() -> float:
    if connection.vendor != "postgresql":
        return time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


def _redis_time() -> float:
    with health.client() as asked:
        seconds, microseconds = asked.time()
    return float(seconds) + float(microseconds) / 1e6


def web() -> Finding:
    """Whether Stoa answers at its HTTP address, or could be started there."""
    host, port = settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        asked = Request(f"http://{where}/healthz", headers={"Host": "localhost"})
        with urlopen(asked, timeout=3) as answer:  # noqa: S310  # our own address, over http
            return Finding(Level.OK, f"Stoa answers at {where}: {answer.status}")
    except (URLError, OSError):
        pass
    try:
        ports.check("STOA_HTTP_PORT", socket.SOCK_STREAM, host, port)
    except SettingsError as error:
        return Finding(Level.FAIL, str(error), "Stop the other program, or choose another STOA_HTTP_PORT.")
    return Finding(Level.OK, f"{where} is free; no Stoa runs there now")


def udp() -> Finding:
    """Whether a media process holds its ports, UDP and TCP, or could."""
    kinds = (
        ("STOA_UDP_PORT", socket.SOCK_DGRAM, settings.STOA_UDP_PORT),
        ("STOA_TCP_PORT", socket.SOCK_STREAM, settings.STOA_TCP_PORT),
    )
    try:
        for name, kind, first in kinds:
            for index, host in product(range(settings.STOA_SFU_PROCESSES), settings.STOA_UDP_HOST):
                ports.check(name, kind, host, first + index)
    except SettingsError as error:
        return _held(str(error))
    return Finding(Level.OK, f"{_media_ports()} are free; no media process runs here now")


def _media_ports() -> str:
    return f"UDP {settings.STOA_UDP_PORT} and TCP {settings.STOA_TCP_PORT}"


def _held(problem: str) -> Finding:
    try:
        with health.client() as asked:
            missing = "" if asked.pubsub_channels(messages.orders_channel("*")) else "no media process"
    except redis.RedisError:
        missing = "nobody can say whose it is"
    if missing:
        return Finding(
            Level.FAIL, f"{problem} ({missing})", f"Stop the other program, or choose another {problem.split()[0]}."
        )
    return Finding(Level.OK, f"a media process listens; let {_media_ports()} through every firewall")


def fan_out() -> Finding:
    """Which code sends packets to listeners, as every media process that runs says itself."""
    try:
        said = {alive.fan_out for alive in _alive()}
    except redis.RedisError:
        return Finding(Level.OK, "nobody can be asked without Redis")
    if not said:
        return Finding(Level.OK, "no media process runs now")
    if said == {"accelerated"}:
        return Finding(Level.OK, "accelerated: packets are sent by compiled code")
    return Finding(Level.OK, "plain: with a C compiler, `python -m rooms.sfu.build` and a restart it sends faster")


def spread() -> Finding:
    """How many media processes there are for a room to spread over, and whether each has a name of its own."""
    try:
        with health.client() as asked:
            channels = asked.pubsub_channels(messages.orders_channel("*"))
            readers = {str(channel, "utf-8"): number for channel, number in asked.pubsub_numsub(*channels)}
    except redis.RedisError:
        return Finding(Level.OK, "nobody can be asked without Redis")
    twice = sorted(channel.split(":")[2] for channel, number in readers.items() if number > 1)
    if twice:
        text = f"several media processes call themselves {', '.join(twice)}"
        return Finding(Level.FAIL, text, "Give each machine a STOA_NODE of its own.")
    number = f"{len(readers)} media process{'' if len(readers) == 1 else 'es'}"
    return Finding(Level.OK, f"{number}; a room spreads when one has {settings.STOA_SFU_PEERS} connections")


def staff() -> Finding:
    """Whether somebody decides what is reported, a second person agrees where it takes two, a third hears appeals."""
    deciding = Staff.objects.filter(role__in=(Role.MODERATOR, Role.SENIOR)).exclude(expires_at__lte=timezone.now())
    try:
        roles = list(deciding.values_list("role", flat=True))
    except DatabaseError:
        return Finding(Level.OK, "nothing to be said of it without its table")
    people, seniors = len(roles), roles.count(Role.SENIOR)
    text = f"{people} people decide what is reported, {seniors} of them senior"
    if people > 2 and seniors > 1:
        return Finding(Level.OK, text)
    few = ("nobody reads what is reported", "one person decides what is reported")
    advice = "manage.py staff grant USER senior; to open evidence takes two people, and appeals are heard by a third."
    return Finding(Level.WARN, few[people] if people < len(few) else text, advice)


def _alive() -> list[messages.Alive]:
    """The last word of each media process that takes orders, as far as it comes within `ALIVE_WITHIN`."""
    heard: dict[str, messages.Alive] = {}
    deadline = time.monotonic() + ALIVE_WITHIN
    with health.client() as asked, asked.pubsub(ignore_subscribe_messages=True) as reports:
        running = len(asked.pubsub_channels(messages.orders_channel("*")))
        reports.subscribe(messages.REPORTS)
        while len(heard) < running and (left := deadline - time.monotonic()) > 0:
            report = reports.get_message(timeout=left)
            message = messages.load(report["data"]) if report else None
            if isinstance(message, messages.Alive):
                heard[message.sfu] = message
    return list(heard.values())


def speech() -> Finding:
    """Which model writes down what sealed evidence says, for the staff to find its place in it."""
    model = settings.STOA_WHISPER
    if model and not Path(model).is_dir():
        return Finding(Level.WARN, f"STOA_WHISPER names no folder: {model}", "Put a model of faster-whisper there.")
    if model and not transcribe.usable(model):
        text = "STOA_WHISPER is set, but faster-whisper is not installed"
        return Finding(Level.WARN, text, "pip install faster-whisper, in the environment of the workers.")
    chosen = transcribe.chosen()
    return Finding(Level.OK, f"{chosen.name} {chosen.version}{'' if model else ': a small model, English alone'}")


CHECKS: dict[str, Callable[[], Finding]] = {
    "names": names,
    "disk": disk,
    "swap": swap,
    "database": database,
    "log": log,
    "redis": broker,
    "clock": clock,
    "http": web,
    "udp": udp,
    "fan-out": fan_out,
    "spread": spread,
    "https": reach.secure,
    "address": reach.public,
    "turn": reach.relay,
    "speech": speech,
    "staff": staff,
}
