"""What a reviewer's bundle costs: to take it out of the database, and to verify it elsewhere."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import Figure
from moderation.audit import bundle, note, verify
from moderation.audit.bundle import Part, Row
from moderation.audit.leaf import SCHEMA
from moderation.audit.note import Signer
from moderation.audit.verify import Frontier
from tests import postgres

VERIFIED, EXPORTED = 1_000_000, 100_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"
PERSONAL = {
    "actor": "0123456789abcdef0123456789abcdef",
    "address": "192.0.2.7",
    "destination": "198.51.100.1:443",
    "object": "fedcba9876543210fedcba9876543210",
    "port": 51234,
    "session": "0123456789abcdef",
    "user_agent": AGENT,
}
SALTS = {field: f"{place:02x}" * 16 for place, field in enumerate(PERSONAL)}


async def measure(verified: int = VERIFIED, exported: int = EXPORTED) -> AsyncIterator[Figure]:
    """Seconds to verify and to export, and how the memory of an export grows from a tenth of the entries to all.

    Each is work of one thread, and of the one that the database serves it by: their CPU time is what it takes where
    nothing else runs.
    """
    with tempfile.TemporaryDirectory(prefix="stoa-bundle-") as folder, postgres.running() as cluster:
        yield Figure(f"verify a bundle of {verified:,} entries", _verified(folder, verified), "s", 60)
        own = {**os.environ, "STOA_DATA": folder, "SECRET_KEY": "k" * 50, "DATABASE_URL": cluster.url}
        _child(own, "fill", exported)
        small = _child(own, "export", exported // 10)
        whole = _child(own, "export", exported)
        yield Figure(f"export a bundle of {exported:,} entries", whole["seconds"], "s", 30)
        grown = (whole["kilobytes"] - small["kilobytes"]) / 1024
        yield Figure(f"memory that {exported:,} entries take beyond {exported // 10:,}", grown, "MiB", 16)


def _rows(count: int) -> Iterator[Row]:
    """Entries as moderation writes them: seven personal fields, all open."""
    commitments = {
        field: verify.commitment(bytes.fromhex(SALTS[field]), field, value) for field, value in PERSONAL.items()
    }
    openings = {field: [SALTS[field], value] for field, value in PERSONAL.items()}
    leaf: dict[str, object] = {
        "action": "member.mute",
        "channel": "websocket",
        "clock": "synced",
        "commitments": commitments,
        "correlation": "00112233445566778899aabbccddeeff",
        "detail": {"version": 7},
        "factors": "password+totp",
        "host": "web-1",
        "kind": "person",
        "object_type": "member",
        "occurred_at": "2026-11-25T19:46:01.123456Z",
        "purpose": "service",
        "recorded_at": "2026-11-25T19:46:01.123456Z",
        "result": "ok",
        "role": "host",
        "room": "0123456789abcdef",
        "schema": SCHEMA,
        "severity": "info",
        "version": "0.1.0",
    }
    for number in range(count):
        text = verify.canonical(leaf | {"event": f"{number:032x}"})
        yield Row(verify.leaf_hash(text.encode()), text, openings)


def _verified(folder: str, count: int) -> float:
    """The CPU seconds that a bundle of `count` entries takes to be verified, as a stranger does it."""
    path = Path(folder, "verified.zip")
    _write(path, count)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-I", "-S", verify.__file__, str(path)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _write(path: Path, count: int) -> None:
    """A bundle of `count` entries that no database has seen."""
    tree = Frontier()
    for row in _rows(count):
        tree.append(row.leaf)
    signer = Signer("stoa.example/audit", Ed25519PrivateKey.generate())
    head = verify.parse_checkpoint(note.signed(note.checkpoint(signer.name, count, tree.root()), [signer]).encode())
    with path.open("wb") as out:
        part = Part(0, [], [], head, [signer.key])
        bundle.write(out, part, lambda: _rows(count), signers=[signer], moment=datetime(2026, 11, 25, tzinfo=UTC))


def _child(environment: Mapping[str, str], task: str, count: int) -> dict[str, float]:
    """What a process of its own says, which finds the database there."""
    command = [sys.executable, "-m", "benchmarks.bundles", task, str(count)]
    answer = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def _fill(count: int) -> dict[str, float]:
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from moderation.audit.record import record
    from moderation.audit.sequence import seal
    from moderation.audit.source import Source

    call_command("migrate", verbosity=0)
    source = Source("192.0.2.7", 51234, "198.51.100.1:443", AGENT, "websocket")
    for start in range(0, count, 1000):
        with transaction.atomic():
            for number in range(start, min(start + 1000, count)):
                people = {"actor": f"alice-{number % 50}", "object_type": "user", "object_id": f"bob-{number % 500}"}
                record("member.mute", source=source, role="host", room="r1", detail={"version": number}, **people)  # type: ignore[arg-type]
    seal(timezone.now())
    return {}


def _export(count: int) -> dict[str, float]:
    from django.db import connection
    from django.utils import timezone

    from benchmarks.meters import cpu
    from moderation.audit import export

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (database,) = cursor.fetchone()
    start = cpu(os.getpid()) + cpu(database)
    with tempfile.TemporaryFile() as out:
        export.export(out, 0, count, now=timezone.now())
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": cpu(os.getpid()) + cpu(database) - start, "kilobytes": kilobytes}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(json.dumps({"fill": _fill, "export": _export}[sys.argv[1]](int(sys.argv[2]))))
