"""Changes of a zip that leave it one: of the files in it, and of the numbers in its headers."""

import io
import lzma
import zipfile
import zlib
from contextlib import suppress
from random import Random

from tests.fuzz.values import Bytes, any_bytes, rearranged

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, LookupError, RuntimeError)
_HEADERS = (b"PK\1\2", b"PK\3\4", b"PK\5\6")
_NAMES = ("entries.jsonl", "ENTRIES.JSONL", "keys", "../keys", "/keys", "keys/", "keys\0x", "käys", "a" * 300, "")
_LINK = 0o120777 << 16


def archive(data: bytes, chance: Random, changed: Bytes) -> bytes:
    """A zip with other files in it, or another name, kind, size or place of one, or some bytes changed."""
    match chance.randrange(5):
        case 0:
            with suppress(*_DAMAGED):
                return _packed_anew(data, chance, changed)
        case 1 | 2:
            return _numbered_anew(data, chance)
    return any_bytes(data, chance, changed)


def _numbered_anew(data: bytes, chance: Random) -> bytes:
    """The zip with another number in one of its headers."""
    headers = [place for kind in _HEADERS for place in _places(data, kind)]
    if not headers:
        return data
    place, width = chance.choice(headers) + chance.randrange(4, 46, 2), chance.choice((2, 4))
    number = chance.choice((0, 1, 8, 12, 0xFFFF, 0xFFFFFFFF, chance.randrange(2**16), chance.randrange(len(data))))
    return data[:place] + (number % (1 << 8 * width)).to_bytes(width, "little") + data[place + width :]


def _places(data: bytes, kind: bytes) -> list[int]:
    found, place = list[int](), data.find(kind)
    while place >= 0:
        found.append(place)
        place = data.find(kind, place + 1)
    return found


def _packed_anew(data: bytes, chance: Random, changed: Bytes) -> bytes:
    """A zip of the same files, one of them changed, renamed or packed in another way, or one gone, or twice there."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        files = [(item.filename, source.read(item)) for item in source.infolist()]
    files, out = rearranged(files, chance) if chance.randrange(2) else files, io.BytesIO()
    odd = chance.randrange(len(files) + 1)
    with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as target:
        for number, (name, content) in enumerate(files):
            target.writestr(*_odd(name, content, chance, changed) if number == odd else (name, content))
        target.comment = chance.choice((b"", b"", b"PK\5\6", b"x" * 30))
    return out.getvalue()


def _odd(name: str, content: bytes, chance: Random, changed: Bytes) -> tuple[zipfile.ZipInfo, bytes]:
    item = zipfile.ZipInfo(name)
    match chance.randrange(4):
        case 0:
            item = zipfile.ZipInfo(chance.choice(_NAMES))
        case 1:
            item.external_attr = _LINK
        case 2:
            item.compress_type = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
        case _:
            content = changed(content)
    return item, content
