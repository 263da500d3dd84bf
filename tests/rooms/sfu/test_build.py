"""Contract of `rooms.sfu.build`: a library where there is a compiler, one line where there is none, no failure ever."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rooms.sfu import accelerator, build
from tests.flows.stack import ROOT


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


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, ...]:
    """The sources from now on: each may be changed."""
    made = tuple(Path(shutil.copy(part, tmp_path)) for part in build.SOURCES)
    monkeypatch.setattr(build, "SOURCES", made)
    return made


def test_what_the_sources_include_of_ours_is_a_source_too() -> None:
    included = {name for part in build.SOURCES for name in re.findall(r'#include "(.+)"', part.read_text("utf-8"))}
    assert {part.name for part in build.SOURCES} == {"fanout.c", *included}


@pytest.mark.parametrize("which", range(len(build.SOURCES)))
def test_a_change_of_any_source_has_a_library_of_its_own(place: Path, copies: tuple[Path, ...], which: int) -> None:
    assert build.library() == place
    copies[which].write_bytes(copies[which].read_bytes() + b"\n")
    assert build.library() != place
    assert build.library().parent == place.parent


@pytest.mark.parametrize("which", build.SOURCES, ids=lambda path: path.name)
def test_make_compiles_anew_whichever_source_changed(tmp_path: Path, which: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    made = [tmp_path / name for name in ("requirements.txt", ".venv/installed", ".venv/accelerated")]
    sources = [tmp_path / path.relative_to(ROOT) for path in build.SOURCES]
    for path in (*sources, *made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1, 1))
    due = ("make", "--question", "--silent", ".venv/accelerated")
    assert subprocess.run(due, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / which.relative_to(ROOT)).touch()
    assert subprocess.run(due, cwd=tmp_path, check=False).returncode == 1


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


@pytest.mark.parametrize("which", range(len(build.SOURCES)))
def test_a_source_that_does_not_compile_leaves_nothing(
    compiled: Path, place: Path, copies: tuple[Path, ...], which: int, capsys: pytest.CaptureFixture[str]
) -> None:
    copies[which].write_text("int main(void) { return nothing; }\n")
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
