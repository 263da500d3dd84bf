"""Pictures: what comes in is never what goes out."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.test import override_settings
from PIL import ExifTags, Image, PngImagePlugin

from accounts import avatars
from accounts.avatars import SIDE, Code, Refused
from accounts.models import User

PLACE = {1: "N", 2: (51.0, 28.0, 38.0), 3: "W", 4: (0.0, 0.0, 5.0)}


def halves(width: int = 300, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    output = BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def with_place(picture: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "A telltale camera"
    exif[ExifTags.IFD.GPSInfo] = PLACE
    return saved(picture, exif=exif, comment=b"at home", icc_profile=b"a telltale profile")


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("WEBP",)).convert("RGB")


def colour(data: bytes, x: int, y: int) -> str:
    red, green, blue = opened(data).getpixel((x, y))  # type: ignore[misc]  # three bands
    if min(red, green, blue) > 200:
        return "white"
    return "red" if red > blue else "blue"


def test_a_picture_becomes_a_square_webp_of_its_middle() -> None:
    done = avatars.encode(saved(halves()))
    assert opened(done).size == (SIDE, SIDE)
    assert (colour(done, 10, 128), colour(done, SIDE - 10, 128)) == ("red", "blue")


def test_no_metadata_is_left() -> None:
    sent = with_place(halves())
    assert b"telltale" in sent
    assert Image.open(BytesIO(sent)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    done = avatars.encode(sent)
    assert not any(word in done for word in (b"telltale", b"EXIF", b"Exif", b"ICCP", b"XMP ", b"home"))
    assert dict(Image.open(BytesIO(done)).getexif()) == {}


def test_text_chunks_of_a_png_are_left_out() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "telltale")
    assert b"telltale" not in avatars.encode(saved(halves(), "PNG", pnginfo=text))


def test_a_picture_taken_sideways_stands_upright() -> None:
    done = avatars.encode(with_place(halves(), orientation=6))  # to be turned by 90 degrees to the right
    assert (colour(done, 128, 10), colour(done, 128, SIDE - 10)) == ("red", "blue")


def test_of_a_picture_that_moves_the_first_frame_is_taken() -> None:
    frames = [Image.new("P", (64, 64)), Image.new("P", (64, 64), 255)]
    frames[0].putpalette([255, 0, 0] * 256)
    frames[1].putpalette([0, 0, 255] * 256)
    done = avatars.encode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100))
    assert colour(done, 128, 128) == "red"
    assert getattr(Image.open(BytesIO(done)), "n_frames", 1) == 1


def test_what_is_transparent_becomes_white() -> None:
    assert colour(avatars.encode(saved(Image.new("RGBA", (64, 64)), "PNG")), 128, 128) == "white"


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(avatars.encode(saved(Image.new(mode, (40, 30)), kind))).size == (SIDE, SIDE)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def scanned(times: int) -> bytes:
    """A JPEG that is scanned so many times, for nothing."""
    whole = saved(halves(64, 64), subsampling=0)
    each = b"".join(b"\xff\xda\x00\x08\x01" + bytes([colour, 0]) + b"\x00\x3f\x00" for colour in (1, 2, 3))
    return whole[: whole.rindex(b"\xff\xda")] + each * (times // 3) + whole[-2:]


def test_a_picture_of_some_scans_is_read_and_one_that_is_scanned_for_ever_is_not() -> None:
    assert opened(avatars.encode(scanned(12))).size == (SIDE, SIDE)
    assert opened(avatars.encode(saved(halves(), progressive=True))).size == (SIDE, SIDE)
    with pytest.raises(Refused) as refused:
        avatars.encode(scanned(avatars.MOST_SCANS + 3))
    assert refused.value.code is Code.UNREADABLE


def test_pictures_are_read_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    alone: list[bool] = []

    def square(_: Image.Image) -> bytes:
        alone.append(avatars._reading.locked())
        return b""

    monkeypatch.setattr(avatars, "_square", square)
    avatars.encode(saved(halves()))
    assert alone == [True]
    assert not avatars._reading.locked()


@pytest.mark.parametrize(("data", "code"), [
    (bomb(5001, 5001), Code.TOO_MANY_PIXELS),
    (bomb(1, avatars.LONGEST + 1), Code.TOO_MANY_PIXELS),
    (bomb(avatars.LONGEST + 1, 1), Code.TOO_MANY_PIXELS),
    (bomb(60000, 60000), Code.TOO_MANY_PIXELS),
    (b"x" * (avatars.LARGEST + 1), Code.TOO_LARGE),
    (b"", Code.UNREADABLE),
    (b"GIF89a", Code.UNREADABLE),
    (bomb(10, 10), Code.UNREADABLE),
    (saved(halves())[:700], Code.UNREADABLE),
    (saved(halves(), "BMP"), Code.UNREADABLE),
    (saved(halves(), "TIFF"), Code.UNREADABLE),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Code.UNREADABLE),
    (b"%!PS-Adobe-3.0 EPSF-3.0", Code.UNREADABLE),
])  # fmt: skip
def test_what_is_no_picture_is_refused(data: bytes, code: Code) -> None:
    with pytest.raises(Refused) as refused:
        avatars.encode(data)
    assert refused.value.code is code


def test_a_picture_is_kept_found_and_deleted(tmp_path: Path) -> None:
    with override_settings(STOA_DATA=tmp_path):
        avatars.keep("ab" * 8, b"picture")
        digest = avatars.digest_of(b"picture")
        assert avatars.read("ab" * 8, digest) == b"picture"
        assert avatars.read("cd" * 8, digest) is None
        assert [path.name for path in (tmp_path / "avatars" / ("ab" * 8)).iterdir()] == [f"{digest}.webp"]
        avatars.discard("ab" * 8, digest)
        avatars.discard("ab" * 8, digest)
        assert avatars.read("ab" * 8, digest) is None


def test_somebody_is_forgotten_with_every_picture_and_again_without_any(tmp_path: Path) -> None:
    with override_settings(STOA_DATA=tmp_path):
        for uid, picture in (("a" * 16, b"one"), ("a" * 16, b"another"), ("b" * 16, b"one")):
            avatars.keep(uid, picture)
        for _ in range(2):
            avatars.forget("a" * 16)
        assert avatars.read("b" * 16, avatars.digest_of(b"one")) == b"one"
        assert avatars.read("a" * 16, avatars.digest_of(b"another")) is None


def test_the_address_tells_one_picture_from_the_next() -> None:
    assert avatars.address(User(uid="ab" * 8)) == ""
    assert avatars.address(User(uid="ab" * 8, avatar="cd" * 8)) == f"/avatars/{'ab' * 8}/{'cd' * 8}.webp"
