"""`manage.py audit`: the log in an operator's hands, to verify, export, prove, prune, erase, hold and release."""

import re
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from moderation.audit import check, draft, erase, export, hold, keys, proof, prune, sequence
from moderation.audit import role as rights
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.audit.source import Source

SOURCE = Source.internal("command")
ID = re.compile(r"[0-9a-f]{16}")
NO_ID = (
    "{!r} is no person's id, which has 16 of 0 to 9 and a to f: in the console the log's search finds it by a user name"
)


class Command(BaseCommand):
    """Verify, export, prove, prune and erase; holds; keys; the rights of the database's role."""

    help = "Look after the audit log"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One word for each thing to do."""
        words = parser.add_subparsers(dest="word", required=True)
        words.add_parser("verify", help="check the whole log against its checkpoints")
        exporting = words.add_parser("export", help="write a bundle that anybody can verify without us")
        exporting.add_argument("out", type=Path, help="the zip file to write")
        exporting.add_argument("--first", type=int, default=0, help="the first entry, by its place in the log (0)")
        exporting.add_argument("--count", type=int, help="how many; all that are under a checkpoint otherwise")
        exporting.add_argument("--format", action="append", choices=("ocsf", "ecs", "cef"), default=[])
        proving = words.add_parser("proof", help="print the receipt of an entry, a .tlog-proof file")
        proving.add_argument("entry", type=int, help="the entry's number")
        proving.add_argument("--person", help="uid of whom it is for: it opens nothing about others")
        words.add_parser("prune", help="let go of entries whose time is over")
        erasing = words.add_parser("erase", help="erase a person from the log; every proof stays valid")
        erasing.add_argument("person", help="the person's id (uid)")
        erasing.add_argument("--reason", default="request")
        holding = words.add_parser("hold", help="keep a person, room or case from being erased or pruned")
        holding.add_argument("type", choices=("user", "room", "case"))
        holding.add_argument("id")
        holding.add_argument("--ground", required=True, help="why, for instance the number of a proceeding")
        holding.add_argument("--by", required=True, help="uid of whoever asks")
        holding.add_argument("--approver", required=True, help="uid of somebody else, who agreed")
        holding.add_argument("--days", type=int, default=90, help="until it is looked at again (90)")
        releasing = words.add_parser("release", help="end a hold")
        releasing.add_argument("hold", type=int)
        keeping = words.add_parser("keys", help="list the keys that sign, or change keys")
        changes = keeping.add_mutually_exclusive_group()
        changes.add_argument("--rotate", action="store_true", help="sign with one more key from now on")
        changes.add_argument("--retire", metavar="ID", help="destroy the private half of a key")
        changes.add_argument("--rewrap", action="store_true", help="seal persons' keys anew: erasures become final")
        granting = words.add_parser("grant", help="the rights of the PostgreSQL role that the servers use")
        granting.add_argument("role")
        granting.add_argument("--execute", action="store_true", help="run the statements instead of printing them")

    def handle(self, *_arguments: object, word: str, **given: Any) -> None:
        """Do what the word says."""
        does: dict[str, Callable[..., None]] = {
            "verify": self._verify,
            "export": self._export,
            "proof": self._proof,
            "prune": self._prune,
            "erase": self._erase,
            "hold": self._hold,
            "release": self._release,
            "keys": self._keys,
            "grant": self._grant,
        }
        with rights.as_owner() if word in ("prune", "grant") else nullcontext():
            does[word](**{name: value for name, value in given.items() if name not in _DJANGO})

    def _verify(self) -> None:
        sequence.head()  # where a log begins that is asked for the first time: to look writes nothing
        with check.one_moment():
            found, size = list(check.faults(timezone.now())), sequence.head().size
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError("the log is not whole")
        self.stdout.write(f"The log is whole: {size} entries up to the newest checkpoint.")

    def _export(self, out: Path, **given: Any) -> None:
        try:
            with draft.alone():
                self._write(out, **given)
        except BlockingIOError as error:
            raise CommandError("another bundle is being made, here or in the console; try again") from error
        except draft.FolderError as error:
            raise CommandError(str(error)) from error

    def _write(self, out: Path, first: int, count: int | None, **given: list[str]) -> None:
        with transaction.atomic():
            record("log.export", source=SOURCE, detail={"first": first} | ({"count": count} if count else {}))
        try:
            with draft.whole(out) as file:
                written = export.export(file, first, count, now=timezone.now(), also=given["format"])
        except (export.NothingSealedError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{written} entries in {out}. To verify, with one of these for KEY:")
        self.stdout.write(f"python3 -I moderation/audit/verify.py {out} --key KEY")
        self.stdout.write("".join(f"{key}\n" for key in keys.vkeys()))

    def _proof(self, entry: int, person: str | None) -> None:
        found = Entry.objects.filter(pk=entry).first()
        if found is None:
            raise CommandError("there is no such entry: it was pruned, or never written")
        with transaction.atomic():
            record("log.proof", source=SOURCE, object_type="entry", object_id=found.event)
        try:
            self.stdout.write(proof.receipt(found, person), ending="")
        except proof.NotSealedError as error:
            raise CommandError(str(error)) from error

    def _prune(self) -> None:
        self.stdout.write(f"{prune.prune(timezone.now(), source=SOURCE)} entries went.")
        for late in hold.overdue(timezone.now()):
            self.stderr.write(f"Hold {late.pk} ({late.ground}) was to be looked at by {late.review_at:%Y-%m-%d}.")

    def _erase(self, person: str, reason: str) -> None:
        try:
            gone = erase.erase(_id(person), by="", reason=reason, now=timezone.now(), source=SOURCE)
        except (hold.HeldError, erase.NeededError, erase.BusyError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Erased from {gone.entries} entries; entry {gone.event} says so, and not whom.")
        self.stdout.write("Backups still have the sealed keys: `manage.py audit keys --rewrap` makes them useless.")

    def _hold(self, days: int, **given: str) -> None:
        now = timezone.now()
        kind, subject = given.pop("type"), given.pop("id")
        if kind == "user":
            _id(subject)
        try:
            placed = hold.place(kind, subject, review_at=now + timedelta(days=days), now=now, source=SOURCE, **given)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Hold {placed.pk}, to be looked at again by {placed.review_at:%Y-%m-%d}.")

    def _release(self, **given: int) -> None:
        if not hold.release(given["hold"], by="", now=timezone.now(), source=SOURCE):
            raise CommandError("there is no such hold, or it was released before")
        self.stdout.write("Released.")

    def _keys(self, rotate: bool, rewrap: bool, retire: str | None) -> None:
        keys.tidy()
        if rotate:
            # The entry first: no key signs that the log does not tell of. Whoever dies in between leaves an entry of a
            # key that never was, which signs nothing, and rotates again.
            new = keys.drawn_signer(sequence.head().origin)
            with transaction.atomic():
                record("log.key", source=SOURCE, detail={"key": str(new.key)})
            keys.keep_signer(new)
        if retire:
            self._retire(retire)
        if rewrap:
            self.stdout.write(f"{erase.rewrap(by='', source=SOURCE)} keys sealed anew.")
        signing = {signer.key for signer in keys.signers(sequence.head().origin)}
        for key in keys.vkeys():
            self.stdout.write(f"{key} {'signs' if key in signing else 'retired'}")

    def _retire(self, name: str) -> None:
        # The entry first here too: what is destroyed comes back by no rollback. Whoever dies in between has a key that
        # signs on, that `audit keys` still lists so, and retires it again.
        try:
            with keys.retiring(sequence.head().origin, name), transaction.atomic():
                record("log.key", source=SOURCE, detail={"retired": name})
        except keys.OnlyKeyError as error:
            raise CommandError(
                "it is not one of several keys that sign: `audit keys` lists them, `--rotate` adds one"
            ) from error

    def _grant(self, role: str, execute: bool) -> None:  # argparse names it
        rights.grant(role) if execute else self.stdout.write(";\n".join([*rights.statements(role), ""]))


_DJANGO = frozenset(
    {"stdout", "stderr", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}
)


def _id(person: str) -> str:
    """The person's id. A name is refused: it is known to nobody here, so that nothing would be erased, or kept."""
    if not ID.fullmatch(person):
        raise CommandError(NO_ID.format(person))
    return person
