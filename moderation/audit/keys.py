"""The log's keys, in STOA_DATA/keys and never in the database: one that seals, and those that sign.

`master-ID` (32 bytes in hexadecimal) seals the keys of persons, `address` makes tokens of addresses. `log-ID.pem` signs
checkpoints and prunings; `log-ID.vkey` beside it is its public half, and stays when the private one is retired. Since
when it signs is how old that file is, and until when it did how old `log-ID.retired` is.
`prunings` is no key: it says how long the log was when prunings were first signed, where no database can change that.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from moderation.audit import keyfile
from moderation.audit.note import Signer
from moderation.audit.verify import Key, parse_key

_DOOMED = ".gone-"


class Period(NamedTuple):
    """A key of the log and when it signed; `until` is also None of one that was retired before this was noted."""

    key: Key
    signs: bool
    since: datetime
    until: datetime | None


class KeysMissingError(Exception):
    """The operator's fault: this folder does not hold the key that this database was written with."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{folder()} does not hold the key {name}, which this database was written with. "
            "Copy the folder `keys` from the machine that wrote it, or from its backup."
        )


class OnlyKeyError(Exception):
    """The caller's fault: this is not one of several keys that sign, and a log that is signed by none stands still."""


def folder() -> Path:
    """Where the keys are; made if it is not there, for the server alone."""
    path = Path(settings.STOA_DATA) / "keys"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def masters() -> dict[str, bytes]:
    """The master keys by their ids, the newest first; the first one is made when it is asked for."""
    with keyfile.locked(folder()):
        files = sorted(folder().glob("master-*"), key=lambda file: (-file.stat().st_mtime_ns, file.name))
        found = [_read(file.read_bytes()) for file in files]
        return {master_id(key): key for key in found or [_keep_master(secrets.token_bytes(32))]}


def master_id(master: bytes) -> str:
    """The eight characters that name a master key and tell nothing of it."""
    return hashlib.sha256(b"stoa master\0" + master).hexdigest()[:8]


def address_key() -> bytes:
    """The key of the tokens by which addresses are searched for."""
    return named("address")


def named(name: str) -> bytes:
    """The key of this name, 32 bytes; made when it is first asked for, and never changed."""
    return _read(keyfile.kept(folder() / name, lambda: secrets.token_hex(32).encode()))


def found(name: str) -> bytes:
    """The key of this name. Raises `KeysMissingError` where it was never made, or is destroyed."""
    try:
        return _read((folder() / name).read_bytes())
    except FileNotFoundError as error:
        raise KeysMissingError(name) from error


def drop(name: str) -> None:
    """Destroy the key of this name, if it is there: whatever only it opens, in a backup for instance, stays shut."""
    with suppress(FileNotFoundError):
        _shred(folder() / name)


def new_master() -> bytes:
    """One more master key, made and kept."""
    return _keep_master(secrets.token_bytes(32))


def drop_master(name: str) -> None:
    """Destroy a master key: whatever only it opens, in a backup for instance, stays shut."""
    drop(f"master-{name}")


def tidy() -> None:
    """Nothing: what a loss of power left of keys that were being destroyed is destroyed."""
    with keyfile.locked(folder()):
        for file in folder().iterdir():
            if file.name.startswith(_DOOMED) or _is_blank(file):
                _overwrite(file)


def signers(origin: str) -> list[Signer]:
    """The keys that sign the log of this origin, the newest first; none if none was made."""
    files = sorted(folder().glob("log-*.pem"), key=lambda file: (-file.stat().st_mtime_ns, file.name))
    return [Signer(origin, _private(file)) for file in files]


def first_signer(origin: str) -> Signer:
    """The key that signs a log from its beginning: of all who ask at once, the first makes it for all."""
    with keyfile.locked(folder()):
        return next(iter(signers(origin)), None) or new_signer(origin)


def new_signer(origin: str) -> Signer:
    """One more key that signs the log from now on, beside those it has."""
    signer = drawn_signer(origin)
    keep_signer(signer)
    return signer


def drawn_signer(origin: str) -> Signer:
    """A key that could sign the log, and does so once it is kept."""
    return Signer(origin, Ed25519PrivateKey.generate())


def keep_signer(signer: Signer) -> None:
    """Let this key sign the log from now on."""
    name = signer.key.key_id.hex()
    pem = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keyfile.write(folder() / f"log-{name}.vkey", f"{signer.key}\n".encode())
    keyfile.write(folder() / f"log-{name}.pem", pem)


@contextmanager
def retiring(origin: str, name: str) -> Iterator[None]:
    """A block behind which that signing key is retired, if nothing is raised in it. Raises `OnlyKeyError` before it.

    One at a time: of two at once, each would see that the other's key signs on.
    """
    with keyfile.locked(folder(), ".retiring"):
        signing = {signer.key.key_id.hex() for signer in signers(origin)}
        if name not in signing or len(signing) == 1:
            raise OnlyKeyError
        yield
        retire_signer(name)


def retire_signer(name: str) -> None:
    """Destroy the private half of a signing key; its public half stays, for what it has signed."""
    keyfile.write(folder() / f"log-{name}.retired", b"")
    _shred(folder() / f"log-{name}.pem")


def vkeys() -> list[Key]:
    """Every key that ever signed this log, the retired ones too, the newest first."""
    files = sorted(folder().glob("log-*.vkey"), key=lambda file: (-file.stat().st_mtime_ns, file.name))
    return [parse_key(file.read_text(encoding="utf-8").strip()) for file in files]


def periods() -> list[Period]:
    """Every key that ever signed this log, the newest first, with its time; for whoever notes them down."""
    return [_period(key, folder() / f"log-{key.key_id.hex()}.vkey") for key in vkeys()]


def _period(key: Key, file: Path) -> Period:
    signs, retired = file.with_suffix(".pem").exists(), file.with_suffix(".retired")
    until = _written(retired) if retired.exists() and not signs else None
    return Period(key, signs, _written(file), until)


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def signed_from(size: int) -> int:
    """The leaf from which on a pruning has to be signed: `size`, when this is first asked, and the same ever after."""
    return int(keyfile.kept(folder() / "prunings", str(size).encode))


def _private(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysMissingError(file.name)
    return key


def _keep_master(master: bytes) -> bytes:
    keyfile.write(folder() / f"master-{master_id(master)}", master.hex().encode())
    return master


def _read(content: bytes) -> bytes:
    return bytes.fromhex(content.decode("ascii"))


def _shred(file: Path) -> None:
    """Destroy the file. It loses its name first: after a loss of power nobody reads half of a key, and `tidy` goes on.

    What the disk itself keeps of it is for full-disk encryption to hide.
    """
    with keyfile.locked(folder()):
        doomed = file.rename(file.with_name(f"{_DOOMED}{file.name}"))
        keyfile.sync(folder())
        _overwrite(doomed)


def _overwrite(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as output:
        output.write(bytes(size))
        output.flush()
        os.fsync(output.fileno())
    file.unlink()
    keyfile.sync(folder())


def _is_blank(file: Path) -> bool:
    """Whether nothing is left of what was in it: a key was once overwritten before it lost its name."""
    content = file.read_bytes() if file.is_file() else b""
    return bool(content) and not content.strip(b"\0")
