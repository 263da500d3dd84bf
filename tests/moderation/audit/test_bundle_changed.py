"""Bundles that were changed in any of many ways, or at random, are refused, and the place is named."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Fault, Refused
from tests.moderation.audit.bundles import ALL, BUNDLE, TRUST, Files, put, unpacked
from tests.moderation.audit.mutations import MUTATIONS


def test_there_are_more_than_fifty_kinds_of_change() -> None:
    assert len({name for name, *_ in MUTATIONS}) == len(MUTATIONS) > 50


@pytest.mark.parametrize(("mutate", "where", "fault"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_a_changed_bundle_is_refused_and_the_place_named(
    tmp_path: Path, mutate: Callable[[Files], Files], where: str, fault: Fault
) -> None:
    files = unpacked()
    changed = mutate(dict(files))
    assert changed != files
    with pytest.raises(Refused) as caught:
        verify.verify_bundle(put(tmp_path / "folder", changed), TRUST)
    assert where in caught.value.where
    assert caught.value.fault is fault


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(ALL)).flatmap(lambda name: st.tuples(st.just(name), st.integers(0, 8 * len(ALL[name]) - 1)))
)
def test_any_flipped_bit_of_any_file_is_found_in_that_file(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, int]
) -> None:
    name, bit = place
    data = bytearray(ALL[name])
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused) as caught:
        verify.verify_bundle(put(tmp_path_factory.mktemp("bit") / "folder", ALL | {name: bytes(data)}), TRUST)
    assert caught.value.where.startswith(name)


@st.composite
def changed_zips(draw: st.DrawFn) -> bytes:
    """The bundle with a bit flipped, or with some bytes replaced, cut out or put in."""
    start = draw(st.integers(0, len(BUNDLE) - 1))
    if draw(st.booleans()):
        flipped = BUNDLE[start] ^ 1 << draw(st.integers(0, 7))
        return BUNDLE[:start] + bytes([flipped]) + BUNDLE[start + 1 :]
    return BUNDLE[:start] + draw(st.binary(max_size=64)) + BUNDLE[start + draw(st.integers(0, 64)) :]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changed_zips())
def test_a_zip_that_was_changed_anywhere_is_refused_or_holds_the_very_same_files(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("zip") / "bundle.zip"
    path.write_bytes(data)
    try:
        verify.verify_bundle(path, TRUST)
    except Refused:
        return
    assert unpacked(data) == ALL


def test_a_zip_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(BUNDLE)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("README.md", ALL["README.md"])
    with pytest.raises(Refused, match="twice"):
        verify.verify_bundle(path, TRUST)


def test_a_link_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", ALL)
    (folder / "README.md").rename(tmp_path / "README.md")
    (folder / "README.md").symlink_to(tmp_path / "README.md")
    with pytest.raises(Refused, match="plain file"):
        verify.verify_bundle(folder, TRUST)


def test_a_zip_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in ALL.items():
            archive.writestr(name, data)
    with pytest.raises(Refused, match="packed"):
        verify.verify_bundle(path, TRUST)
