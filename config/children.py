"""The processes of one machine, in groups: each starts once those it needs have, and stops before them."""

import sys
from collections.abc import Iterator
from types import MappingProxyType

from django.conf import settings

from config import valkey
from config.supervisor import Child

NO_OWNER = MappingProxyType({"DATABASE_OWNER_URL": "", "DATABASE_OWNER_URL_FILE": ""})
"""What serves members does not know how to change the log."""

CELERY = (sys.executable, "-m", "celery", "--app", "config.celery", "--quiet")
ALONE = ("--without-gossip", "--without-mingle")


def private_valkey() -> Child:
    """The private Valkey, for when REDIS_URL names no other."""
    return Child("valkey", valkey.command(settings.STOA_DATA), grace=5)


def groups() -> Iterator[tuple[Child, ...]]:
    """All but the private Valkey. What the others write is sealed to the end, and nobody's page is left without sound
    while it is there: a media process that ends waits for whoever could still move.
    """
    yield (sealer(),)
    yield tuple(media())
    yield (*slow(), web())


def media() -> Iterator[Child]:
    """One media process per index. They are told what they need of the settings, since they know no Django."""
    for index in range(settings.STOA_SFU_PROCESSES):
        environment = {
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_URL_FILE": "",
            "STOA_SFU_INDEX": str(index),
            "STOA_DATA": str(settings.STOA_DATA),
            "STOA_DATA_FILE": "",
            "STOA_PROFILE": settings.STOA_PROFILE,
            "STOA_PROFILE_FILE": "",
        }
        yield Child(f"sfu-{index}", (sys.executable, "-m", "rooms.sfu"), environment, grace=30)


def sealer() -> Child:
    """Who seals the log: a worker of its own, and not nice, as what it does is short and must not wait."""
    command = ("worker", "--hostname", "sealer@%h", "--queues", "log", "--pool", "solo", *ALONE)
    return Child("sealer", (*CELERY, *command), NO_OWNER, grace=5)


def slow() -> Iterator[Child]:
    """Celery's clock, and who does everything else: work that is slow by nature, so it is nice.

    It has two processes, so that a model that listens in one keeps nobody from the other.
    """
    worker = ("worker", "--hostname", "worker@%h", "--concurrency", "2", *ALONE)
    yield Child("beat", (*CELERY, "beat", "--pidfile", ""), NO_OWNER, grace=3)
    yield Child("worker", (*CELERY, *worker), NO_OWNER, grace=10, nice=10)


def web() -> Child:
    """Daphne. Its own access log prints whole paths, invite codes too: `config.proxy` writes ours instead."""
    host = settings.STOA_HTTP_HOST.replace(":", "\\:")
    endpoint = f"tcp:port={settings.STOA_HTTP_PORT}:interface={host}"
    daphne = (sys.executable, "-m", "daphne", "--verbosity", "0", "--no-server-name", "--endpoint", endpoint)
    return Child("web", (*daphne, "config.asgi:application"), NO_OWNER, grace=5)
