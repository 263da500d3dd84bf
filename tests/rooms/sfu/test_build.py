"""Contract of `rooms.sfu.build`: a library where there is a compiler, one line where there is none, no failure ever."""

import subprocess
import sys
from pathlib import Path

import pytest

from rooms.sfu import accelerator, build


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return build.library()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    build.main()
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    return line


def test_the_library_is_where_it_is_looked_for(compiled: Path, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys) == "Packets are relayed by compiled code.\n"
    assert accelerator.load(place)
    assert list(place.parent.iterdir()) == [place]


def test_a_changed_source_has_a_library_of_its_own(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "fanout.c"
    changed.write_bytes(build.SOURCE.read_bytes() + b"\n")
    monkeypatch.setattr(build, "SOURCE", changed)
    assert build.library() != place
    assert build.library().parent == place.parent


def test_no_compiler_is_said_in_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CC", raising=False)
    assert said(capsys).startswith("Packets are relayed in plain Python: no C compiler (")
    assert not place.parent.exists()


def test_a_named_compiler_that_is_not_there_is_said_in_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc -m64")
    assert "/nowhere/cc" in said(capsys)
    assert list(place.parent.iterdir()) == []


def test_a_source_that_does_not_compile_leaves_nothing(
    compiled: Path,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "fanout.c"
    broken.write_text("int main(void) { return nothing; }\n")
    monkeypatch.setattr(build, "SOURCE", broken)
    assert "error" in said(capsys)
    assert not build.library().exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lib").write_text("a file")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert said(capsys).startswith("Packets are relayed in plain Python: ")


def test_the_command_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rooms.sfu.build"], env={"PATH": "/nowhere"}, capture_output=True, text=True, check=True
    )
    assert "no C compiler" in done.stdout
