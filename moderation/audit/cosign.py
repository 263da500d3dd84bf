"""Shows each new checkpoint to the witnesses and keeps what they sign (C2SP tlog-witness, the log's side)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

import structlog
from django.conf import settings

from moderation.audit import outgoing, tree, verify
from moderation.audit.destinations import Peer
from moderation.audit.models import Checkpoint, Cosignature, Stream
from moderation.audit.outgoing import AwayError, Reply
from moderation.audit.store import Nodes
from moderation.audit.verify import Key, Refused
from moderation.audit.witness import SIZE_TYPE, Request

WAIT = timedelta(minutes=1)  # that a reader may be shown less than there is, so that it is cosigned
RECENT = 100  # checkpoints looked through for one: more than are signed meanwhile

_log = structlog.get_logger(__name__)


WITNESS = "witness "
"""How the rows of witnesses are named, before the witness's own name."""


class Trouble(StrEnum):
    """Why a witness did not cosign. The last two mean that the log's past is not what the witness saw."""

    AWAY = "away"
    REFUSED = "refused"
    BEHIND = "behind"
    CONTRADICTED = "contradicted"


CHANGED = frozenset({Trouble.BEHIND, Trouble.CONTRADICTED})
"""What a witness says of a log whose past was changed."""


def peers() -> list[Peer]:
    """The witnesses of `STOA_WITNESSES`."""
    return settings.STOA_WITNESSES


def standing() -> dict[str, Stream | None]:
    """By the name of each witness that is set up, how much it signed last, when, and what is wrong with it."""
    rows = {row.name: row for row in Stream.objects.filter(name__startswith=WITNESS)}
    return {peer.name: rows.get(f"{WITNESS}{peer.name}") for peer in peers()}


def cosign(now: datetime) -> dict[str, Trouble | None]:
    """What came of showing the newest checkpoint to each witness that has not cosigned it yet."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return {}
    done = set(Cosignature.objects.filter(size=newest.size).values_list("key", flat=True))
    return {peer.name: _ask(peer, now) for peer in peers() if peer.name not in done}


def _ask(peer: Peer, now: datetime) -> Trouble | None:
    stream, _ = Stream.objects.get_or_create(name=f"{WITNESS}{peer.name}")
    if not stream.ask(now):
        return Trouble.AWAY
    # Only now: while another witness hung, somebody else may have shown this one more than there was then.
    newest = Checkpoint.objects.latest("size")
    stream.refresh_from_db(fields=["cursor"])
    try:
        trouble = _shown(peer, newest, stream.cursor, now)
        stream.answered()
    except AwayError:
        trouble = Trouble.AWAY
    if trouble in CHANGED:
        _log.critical("log_contradicted", witness=peer.name, size=newest.size, trouble=trouble)
    if trouble is None:
        Stream.objects.filter(pk=stream.pk, cursor__lt=newest.size).update(cursor=newest.size)
        Stream.objects.filter(pk=stream.pk).update(sent_at=now, error="")
    elif stream.error != trouble and not (trouble is Trouble.AWAY and stream.error in CHANGED):
        # who changed the past could also keep the witness from saying it again: only a signature takes it back
        Stream.objects.filter(pk=stream.pk).update(error=trouble)
    return trouble


def _shown(peer: Peer, newest: Checkpoint, old: int, now: datetime) -> Trouble | None:
    """Show the checkpoint; a witness that remembers another size than we says so, and is asked once more."""
    reply = _post(peer, newest, min(old, newest.size))
    if reply.status == HTTPStatus.CONFLICT and reply.kind == SIZE_TYPE:
        try:
            remembered = verify.parse_size(reply.body.decode("ascii", "replace").removesuffix("\n"))
        except Refused:
            return Trouble.REFUSED
        if remembered > newest.size:
            return Trouble.BEHIND
        told, reply = reply, _post(peer, newest, remembered)
        if reply.kind == SIZE_TYPE and reply.body != told.body:
            return Trouble.AWAY  # what was given up a minute ago reached it just now
    if reply.status == HTTPStatus.OK:
        return _keep(peer, newest, reply.body, now)
    if reply.status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return Trouble.CONTRADICTED
    return Trouble.AWAY if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Trouble.REFUSED


def _post(peer: Peer, newest: Checkpoint, old: int) -> Reply:
    proof = tree.consistency(Nodes(), old, newest.size)
    body = bytes(Request(old, tuple(proof), newest.note.encode()))
    return outgoing.post(f"{peer.url}/add-checkpoint", body, {"Content-Type": "text/plain; charset=utf-8"})


def _keep(peer: Peer, newest: Checkpoint, body: bytes, now: datetime) -> Trouble | None:
    """Keep the witness's line if its signature is genuine."""
    try:
        note = verify.parse_note(newest.note.encode() + body)
        verify.verified(note, [peer.key])
    except Refused:
        return Trouble.REFUSED
    if note.text != verify.parse_note(newest.note.encode()).text:
        return Trouble.REFUSED  # after an empty line it is another text, and under ours every reader finds it false
    line = next(str(one) for one in note.signatures if (one.name, one.key_id) == (peer.key.name, peer.key.key_id))
    Cosignature.objects.get_or_create(size=newest.size, key=peer.name, defaults={"line": line, "created_at": now})
    return None


def cosigned(least: int = 0) -> verify.Checkpoint | None:
    """The newest checkpoint of at least this size, or one up to a minute older that more witnesses cosigned."""
    rows = Checkpoint.objects.filter(size__gte=least).order_by("-size")
    latest = list(rows[:RECENT])
    if not latest:
        return None
    newest = latest[0]
    recent = [row for row in latest if row.created_at >= newest.created_at - WAIT]
    names, signed = {peer.name for peer in peers()}, _witnesses(recent)
    row = max(recent, key=lambda one: (len(names & signed.get(one.size, set())), one.size))
    return verify.parse_checkpoint(text(row).encode())


def _witnesses(rows: Collection[Checkpoint]) -> dict[int, set[str]]:
    """Which witnesses cosigned each of these checkpoints, by its size."""
    found: dict[int, set[str]] = {}
    sizes = [row.size for row in rows]
    for size, key in Cosignature.objects.filter(size__in=sizes).values_list("size", "key"):
        found.setdefault(size, set()).add(key)
    return found


def text(row: Checkpoint) -> str:
    """The checkpoint as it is published: the log's signatures, then the witnesses'."""
    lines = Cosignature.objects.filter(size=row.size).order_by("pk").values_list("line", flat=True)
    return row.note + "".join(lines)


def witnessed(keys: Collection[Key]) -> list[Key]:
    """The keys of log and witnesses that a reader needs, in the order of a bundle's file `keys`."""
    return [*keys, *(peer.key for peer in peers())]
