"""Bundles: written, and verified where nothing of ours is installed."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.audit import bundle, note, verify
from moderation.audit.bundle import Row
from moderation.audit.verify import Refused
from tests.moderation.audit.bundles import (
    BUNDLE,
    COUNT,
    ENTRIES,
    FIRST,
    NOW,
    SIZE,
    TRUST,
    WITHHELD,
    part,
    put,
    unpacked,
    whole_log,
    written,
)
from tests.moderation.audit.logs import LOG, WITNESS_KEY, Log

PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or "python3"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(BUNDLE)
    return path


class TestGenuine:
    def test_a_zip_and_the_folder_it_was_unpacked_to_are_genuine(self, packed: Path, tmp_path: Path) -> None:
        verdict = verify.verify_bundle(packed, TRUST)
        assert (verdict.first, verdict.count, verdict.withheld) == (FIRST, COUNT, len(WITHHELD))
        assert [one.key for one in verdict.signed] == [LOG.key, WITNESS_KEY]
        shown = [ENTRIES[index][1] for index in range(FIRST, FIRST + COUNT) if index not in WITHHELD]
        assert verdict.opened == sum(map(len, shown))
        assert verdict.sealed == 3 * shown.count({})
        assert verify.verify_bundle(put(tmp_path / "folder", unpacked()), TRUST) == verdict

    def test_without_a_key_the_one_in_the_bundle_is_believed_and_that_is_said(
        self, packed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert verify.main([str(packed)]) == 0
        assert "came with the bundle" in capsys.readouterr().out

    def test_withheld_entries_are_nowhere_in_it(self) -> None:
        for data in unpacked().values():
            for index in WITHHELD:
                assert f"{index:032x}".encode() not in data

    def test_it_is_the_same_bundle_when_it_is_written_again(self) -> None:
        assert unpacked(written(whole_log())) == unpacked()

    @pytest.mark.parametrize("old", [FIRST, FIRST + 3, 8, 32, FIRST + COUNT])
    def test_it_continues_an_older_checkpoint(self, packed: Path, old: int) -> None:
        verify.verify_bundle(packed, replace(TRUST, old=whole_log().checkpoint(old)))

    @pytest.mark.parametrize("old", [FIRST - 1, FIRST + COUNT + 1])
    def test_an_older_checkpoint_that_it_does_not_reach_is_refused_with_advice(self, packed: Path, old: int) -> None:
        with pytest.raises(Refused, match=f"begins at or before {old}"):
            verify.verify_bundle(packed, replace(TRUST, old=whole_log().checkpoint(old)))

    @pytest.mark.parametrize("old", [FIRST, FIRST + 3, FIRST + COUNT])
    def test_an_older_checkpoint_of_another_history_is_refused(self, packed: Path, old: int) -> None:
        other = Log().grow(b"another past", *(text.encode() for text, _ in ENTRIES[1:]))
        with pytest.raises(Refused, match="history was rewritten"):
            verify.verify_bundle(packed, replace(TRUST, old=other.checkpoint(old)))

    def test_an_older_checkpoint_of_another_log_is_refused(self, packed: Path) -> None:
        other = Log(note.Signer("other.example/audit", LOG.private)).grow(b"a").checkpoint()
        with pytest.raises(Refused, match="no signature"):
            verify.verify_bundle(packed, replace(TRUST, old=other))

    @pytest.mark.parametrize(("first", "count"), [(0, SIZE), (0, 0), (SIZE, 0), (0, 1), (SIZE - 1, 1)])
    def test_any_range_can_be_bundled(self, tmp_path: Path, first: int, count: int) -> None:
        log = whole_log()
        left, right = log.left_and_right(first, count)
        about = replace(part(log), first=first, left=left, right=right)
        picked = [Row(verify.leaf_hash(text.encode()), text, opened) for text, opened in ENTRIES[first : first + count]]
        with (tmp_path / "bundle").open("wb") as out:
            bundle.write(out, about, lambda: picked, signers=[LOG], moment=NOW)
        assert verify.verify_bundle(tmp_path / "bundle", TRUST).count == count

    def test_the_other_formats_carry_the_same_entries(self) -> None:
        files = unpacked()
        shown = [index for index in range(FIRST, FIRST + COUNT) if index not in WITHHELD]
        ocsf = [json.loads(line)["metadata"]["sequence"] for line in files["entries.ocsf.jsonl"].splitlines()]
        ecs = [json.loads(line)["event"]["sequence"] for line in files["entries.ecs.jsonl"].splitlines()]
        cef = [int(found) for found in re.findall(rb" cn1=(\d+)", files["entries.cef"])]
        assert ocsf == ecs == cef == shown


class TestElsewhere:
    """With the machine's own Python, isolated and without any site: nothing of ours is there."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [PYTHON, "-I", "-S", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)

    def test_the_verifier_in_the_bundle_says_yes_to_the_folder_and_to_the_zip(
        self, packed: Path, tmp_path: Path
    ) -> None:
        folder = put(tmp_path / "folder", unpacked())
        for target in (folder, packed):
            keys = ["--key", str(LOG.key), "--witness", str(WITNESS_KEY)]
            answer = self.run(str(folder / "verify.py"), str(target), *keys)
            assert (answer.returncode, answer.stderr) == (0, "")
            assert answer.stdout.startswith("yes: entries 5 to 44 of 70 in the log 'stoa.example/audit' are genuine")
            assert "witness.example/w1" in answer.stdout

    def test_it_says_no_and_where(self, tmp_path: Path) -> None:
        files = unpacked()
        files["entries.jsonl"] = files["entries.jsonl"].replace(b"bob-7", b"bob-8")
        folder = put(tmp_path / "folder", files)
        answer = self.run(str(folder / "verify.py"), str(folder))
        assert answer.returncode == 1
        assert answer.stdout == (
            "no: entries.jsonl, line 3, entry 7, field 'actor': the value is not the one that was logged\n"
        )

    def test_words_that_a_terminal_would_obey_are_printed_as_what_they_are(self, tmp_path: Path) -> None:
        folder = put(tmp_path / "folder", unpacked() | {"\u009b2J\u202e.txt": b""})
        answer = self.run(str(folder / "verify.py"), str(folder))
        assert answer.stdout == "no: '\\x9b2J\\u202e.txt': the file does not belong to the bundle\n"

    def test_a_path_that_is_not_there_is_a_no(self) -> None:
        answer = self.run(str(verify.__file__), "/nowhere")
        assert (answer.returncode, answer.stderr) == (1, "")

    def test_the_commands_in_the_readme_do_what_they_say(self, tmp_path: Path) -> None:
        folder = put(tmp_path / "folder", unpacked())
        before = sorted(folder.iterdir())
        signature, sums, leaf = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)

        def shell(script: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["/bin/sh", "-eu"], input=script, capture_output=True, text=True, check=False, cwd=folder
            )

        assert "Signature Verified Successfully" in shell(signature).stdout
        assert shell(sums).returncode == 0
        first, again = shell(leaf).stdout.split()
        assert first == again == verify.leaf_hash(ENTRIES[FIRST][0].encode()).hex()
        assert sorted(folder.iterdir()) == before
        forged = folder / "checkpoint"
        forged.write_bytes(forged.read_bytes().replace(b"\n70\n", b"\n71\n"))
        assert shell(signature).returncode != 0
        assert shell(sums).returncode != 0
