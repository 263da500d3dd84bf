"""Pictures of people: read once, written anew as small squares, kept in the data folder."""

import hashlib
import os
import shutil
import warnings
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Protocol

from django.conf import settings
from PIL import Image, ImageOps

SIDE = 256  # pixels
LARGEST = 4 * 1024 * 1024  # bytes of an upload
MOST_PIXELS = 25_000_000  # of an upload: 100 MB of memory for a moment
LONGEST = 16_384  # pixels of a side: a picture of one column takes five times the memory, for each row has its own
MOST_SCANS = 200  # of a JPEG, which has ten at most: each goes over the whole picture, and takes 12 bytes
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SCAN = b"\xff\xda"  # by chance it stands in any other file of `LARGEST` bytes some 64 times
_reading = Lock()
"""Pictures are read one after the other: several at once would want their memory at once."""


class Pictured(Protocol):
    """Somebody who may have a picture: a user, or what was read of one."""

    @property
    def uid(self) -> str: ...  # noqa: D102  # as in `User`
    @property
    def display_name(self) -> str: ...  # noqa: D102
    @property
    def avatar(self) -> str: ...  # noqa: D102


class Code(StrEnum):
    """Why a file is no picture of anybody."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"  # none of `FORMATS`, or broken


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The file becomes no picture; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def encode(data: bytes) -> bytes:
    """The picture in `data` as a WebP of `SIDE` pixels square: its middle, upright, its first frame, without metadata.

    Raises `Refused`.
    """
    if len(data) > LARGEST:
        raise Refused(Code.TOO_LARGE)
    if data.count(_SCAN) > MOST_SCANS:
        raise Refused(Code.UNREADABLE)
    try:
        with _reading, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what we look at ourselves
            with Image.open(BytesIO(data), formats=FORMATS) as picture:
                return _square(picture)
    except Image.DecompressionBombError as error:
        raise Refused(Code.TOO_MANY_PIXELS) from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        OverflowError,
    ) as error:  # whatever a broken file makes of Pillow
        raise Refused(Code.UNREADABLE) from error


def _square(picture: Image.Image) -> bytes:
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > LONGEST:
        raise Refused(Code.TOO_MANY_PIXELS)
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded no larger than it is needed
    plain = picture if picture.mode in ("RGB", "RGBA", "L") else picture.convert("RGBA")
    fitted = ImageOps.exif_transpose(ImageOps.fit(plain, (SIDE, SIDE), Image.Resampling.LANCZOS)).convert("RGBA")
    flat = Image.new("RGB", fitted.size, "white")
    flat.paste(fitted, mask=fitted)
    output = BytesIO()
    flat.save(output, "WEBP", quality=82)
    return output.getvalue()


def address(user: Pictured) -> str:
    """The path of the picture, or an empty text for somebody without one; another picture has another path."""
    return f"/avatars/{user.uid}/{user.avatar}.webp" if user.avatar else ""


def digest_of(picture: bytes) -> str:
    """What the picture is found under once it is kept."""
    return hashlib.sha256(picture).hexdigest()[:16]


def keep(uid: str, picture: bytes) -> None:
    """Write the picture down. It appears complete or not at all."""
    digest = digest_of(picture)
    file = _file(uid, digest)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.{digest}")
    draft.write_bytes(picture)
    draft.rename(file)


def read(uid: str, digest: str) -> bytes | None:
    """The picture; None where there is no such one (any more). Both are hex: whoever asks has made sure."""
    try:
        return _file(uid, digest).read_bytes()
    except FileNotFoundError:
        return None


def discard(uid: str, digest: str) -> None:
    """Delete a picture that is not shown any more."""
    if digest:
        _file(uid, digest).unlink(missing_ok=True)


def forget(uid: str) -> None:
    """Delete every picture of somebody; without one, nothing changes."""
    shutil.rmtree(_folder(uid), ignore_errors=True)


def _folder(uid: str) -> Path:
    folder: Path = settings.STOA_DATA / "avatars" / uid
    return folder


def _file(uid: str, digest: str) -> Path:
    return _folder(uid) / f"{digest}.webp"
