"""What a fuzzer found is kept where it takes a step that nothing else takes, and not otherwise."""

import shutil
from pathlib import Path

import pytest

from tests.fuzz import corpora


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That of notes, with the genuine pruning alone."""
    folder = tmp_path / "corpus" / "note"
    folder.mkdir(parents=True)
    shutil.copy(corpora.CORPUS / "note" / "pruning", folder)
    monkeypatch.setattr(corpora, "CORPUS", folder.parent)
    return folder


def test_the_smallest_of_what_takes_the_same_new_step_is_kept(corpus: Path, tmp_path: Path) -> None:
    found = tmp_path / "found"
    found.mkdir()
    genuine = (corpus / "pruning").read_bytes()
    for name, data in {"same": genuine, "shorter": b"\xff\n", "longer": b"\xff\xff\n"}.items():
        (found / name).write_bytes(data)
    assert corpora.keep("note", found) == 1
    assert sorted(file.name for file in corpus.iterdir()) == ["pruning", "shorter"]
    assert corpora.keep("note", found) == 0
