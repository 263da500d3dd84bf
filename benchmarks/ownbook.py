"""`python -m benchmarks.ownbook`: a big account in the database that is named, and what its own data costs.

Prints figures, one line of JSON each. Of every case there are two tracks: the person's, and one of somebody else.
"""

import io
import json
import os
import secrets
import time
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: E402  # Django first
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.figures import Figure  # noqa: E402
from moderation import own_data  # noqa: E402
from moderation.actions import cases as working  # noqa: E402
from moderation.actions import evidence  # noqa: E402
from moderation.audit.record import record  # noqa: E402
from moderation.audit.source import Source  # noqa: E402
from moderation.cases import State  # noqa: E402
from moderation.models import About, Channel, Freeze, Report  # noqa: E402
from moderation.policies import Policy  # noqa: E402
from rooms.models import Member, Room  # noqa: E402
from rooms.roles import Rank  # noqa: E402
from rooms.sfu import messages  # noqa: E402
from rooms.sfu.ring import Record  # noqa: E402
from rooms.sfu.seal import seal  # noqa: E402

ROOMS, CASES = 200, 20
SIZES = (10_000, 100_000)  # entries
BATCH, FRAME, MINUTE = 500, 960, 3_000  # entries of a transaction; samples of a packet; packets
SPEAKER, OTHER, THERE = 1, 2, 5
_SOURCE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0 (X11; Linux x86_64)", session="5e55")


def main() -> None:
    """Every figure, as soon as it is there."""
    call_command("migrate", verbosity=0)
    people = User.objects.bulk_create(User(username=f"own{one}", display_name=f"Own {one}") for one in range(THERE))
    rooms = _rooms(people)
    _speak(people, rooms[:CASES])
    done, grown = 0, []
    for entries in SIZES:
        _act(people[0], entries - done)
        done = entries
        took, more, size = _taken(people[0])
        grown.append(more - size)
        what = f"own data: {entries:,} entries, {ROOMS} rooms, {CASES} minutes of voice, {size / 2**20:.1f} MB"
        _tell(Figure(what, took, "s", 3600.0))
    _tell(
        Figure(f"memory that {SIZES[-1]:,} entries take beyond {SIZES[0]:,}", (grown[-1] - grown[0]) / 2**20, "MiB", 16)
    )


def _tell(figure: Figure) -> None:
    print(json.dumps(asdict(figure)), flush=True)


def _rooms(people: Sequence[User]) -> list[Room]:
    """Rooms in which everybody was."""
    now = timezone.now()
    rooms = Room.objects.bulk_create(Room(title=f"Own {one}", created_at=now, started_at=now) for one in range(ROOMS))
    Member.objects.bulk_create(
        Member(room=room, user=user, number=number, joined_at=now, rank=Rank.HOST if number == THERE else Rank.MEMBER)
        for room in rooms
        for number, user in enumerate(people, 1)
    )
    return rooms


def _act(user: User, entries: int) -> None:
    """So many entries that tell of what the person did."""
    for begin in range(0, entries, BATCH):
        with transaction.atomic():
            for _ in range(min(BATCH, entries - begin)):
                record("member.raise_hand", source=_SOURCE, actor=user.uid, object_type="member", object_id=user.uid)


def _speak(people: Sequence[User], rooms: Sequence[Room]) -> None:
    """A case for each of the rooms, decided, with a minute of the person and one of somebody else."""
    for room in rooms:
        now = timezone.now()
        case = working.drawn_up(About.PERSON, people[0], room.pk, Policy.HARASSMENT, now, state=State.DECIDED)
        case.save(force_insert=True)
        told = {"policy": case.policy, "channel": Channel.ROOM, "made_at": now}
        report = Report.objects.create(case=case, reporter=people[-1], **told)
        freeze = Freeze.objects.create(id=secrets.token_hex(8), case=case, report=report, room=room.pk, asked_at=now)
        for member in (SPEAKER, OTHER):
            _seal(freeze, member)
        evidence.attach(freeze.pk, now)


def _seal(freeze: Freeze, member: int) -> None:
    """What a media process would have written: a minute of 32 kbit/s, in chunks of a second."""
    ended = int(freeze.asked_at.timestamp() * 1000)
    said = [
        Record(ended - 20 * (MINUTE - one), one, one * FRAME, b"\xf8" + os.urandom(FRAME // 12 - 1))
        for one in range(MINUTE)
    ]
    chunks = [said[begin : begin + 50] for begin in range(0, MINUTE, 50)]
    order = messages.Freeze(freeze.room, freeze.pk, freeze.case.key, ended)
    evidence.folder().mkdir(mode=0o700, exist_ok=True)
    file = evidence.folder() / f"{freeze.pk}-{member}.sealed"
    file.write_bytes(seal(order, member, chunks, X25519PrivateKey.generate()))


def _taken(user: User) -> tuple[float, int, int]:
    """Seconds, the most memory beyond that of before, and bytes of the person's data. Nobody else's voice is in it."""
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _peak(), time.monotonic()
    content = own_data.bundle(user, list(own_data.voice(user)))
    took, more = time.monotonic() - began, _peak() - before
    voices = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".ogg")]
    if len(voices) != CASES:
        raise RuntimeError("not the person's own voice alone", voices)
    return took, more, len(content)


def _peak() -> int:
    """The most bytes that this process had in memory since that was last forgotten."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
