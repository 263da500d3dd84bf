"""G9. The verifier is independent of us, and hostile input gets a no. (The kinds of change: audit/mutations.)"""

import ast
import io
import json
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Refused
from tests.fuzz.corpora import CORPUS
from tests.fuzz.targets import TARGETS
from tests.moderation.audit.bundles import ALL, BUNDLE, TRUST, Files, put
from tests.moderation.audit.mutations import MUTATIONS

PARTS = st.sampled_from([*ALL.values(), b"", b"\n", b"{}", b"[]", b"\x00" * 64, b"PK\x03\x04", *map(str.encode, ALL)])
GENUINE = {"zip": "genuine", "receipt": "genuine", "note": "checkpoint"}
HOSTILE = st.binary(max_size=300) | st.lists(PARTS | st.binary(max_size=30), max_size=4).map(b"".join)


def test_it_imports_the_standard_library_alone_and_neither_network_nor_clock() -> None:
    tree = ast.parse(Path(verify.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in names}
    assert roots <= sys.stdlib_module_names
    assert not roots & {"socket", "ssl", "http", "urllib", "subprocess", "time", "random", "ctypes", "pickle"}


def test_it_runs_nothing_that_it_reads() -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(Path(verify.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"eval", "exec", "compile", "__import__", "open"}


def test_at_least_fifty_kinds_of_change_are_tried() -> None:
    assert len(MUTATIONS) >= 50


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(ALL)), HOSTILE, min_size=1, max_size=3))
def test_files_with_anything_in_them_get_a_no(
    tmp_path_factory: pytest.TempPathFactory, hostile: dict[str, bytes]
) -> None:
    folder = put(tmp_path_factory.mktemp("hostile") / "folder", ALL | hostile)
    if all(ALL[name] == data for name, data in hostile.items()):
        verify.verify_bundle(folder, TRUST)
        return
    with pytest.raises(Refused):
        verify.verify_bundle(folder, TRUST)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE | HOSTILE.map(lambda data: b"c2sp.org/tlog-proof@v1\n" + data) | HOSTILE.map(lambda data: BUNDLE + data))
def test_any_file_at_all_gets_an_answer(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(data)
    assert verify.main([str(path), "--key", str(TRUST.keys[0])]) in (0, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.text(max_size=5) | st.just("0" * 64),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(("count", "first", "left", "right", "withheld"), JSON)) | JSON)
def test_any_part_is_a_part_or_refused(value: object) -> None:
    try:
        verify.Range.parse(json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True))
    except Refused as refused:
        assert refused.why  # noqa: PT017 - either answer is right


@given(st.sampled_from(("zip", "receipt", "note")), st.data())
def test_damage_in_any_place_gets_a_no_or_the_answer_that_it_had(name: str, data: st.DataObject) -> None:
    """The rules are those of the fuzzer, which takes longer, and bytes that are not drawn."""
    genuine = (CORPUS / name / GENUINE[name]).read_bytes()
    start = data.draw(st.integers(0, len(genuine)))
    end = data.draw(st.integers(start, min(len(genuine), start + 8)))
    TARGETS[name](genuine[:start] + data.draw(st.binary(max_size=8)) + genuine[end:])


@given(st.sampled_from(("plain", "pruned")), st.binary(max_size=4), st.data())
def test_a_thief_of_the_key_gets_an_answer_too(name: str, put_in: bytes, data: st.DataObject) -> None:
    genuine = (CORPUS / "bundle" / name).read_bytes()
    start = data.draw(st.integers(0, len(genuine)))
    TARGETS["bundle"](genuine[:start] + put_in + genuine[start + data.draw(st.integers(0, 4)) :])


def bomb(size: int) -> Files:
    return ALL | {"entries.jsonl": b" " * size}


def test_a_zip_that_unpacks_to_much_more_than_it_is_gets_a_no_before_it_is_unpacked(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in bomb(64 << 20).items():
            archive.writestr(name, data)
    path = tmp_path / "bomb.zip"
    path.write_bytes(out.getvalue())
    with pytest.raises(Refused, match=r"would unpack to more than 100 times its size"):
        verify.verify_bundle(path, TRUST)


def test_a_file_of_any_size_gets_a_no_in_little_memory(tmp_path: Path) -> None:
    folder = put(tmp_path / "bomb", bomb(64 << 20))
    tracemalloc.start()
    with pytest.raises(Refused, match=r"entries.jsonl, line 1"):
        verify.verify_bundle(folder, TRUST)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20
