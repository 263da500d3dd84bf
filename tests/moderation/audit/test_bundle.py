"""Bundles: written, verified where nothing of ours is installed, and refused after each of many kinds of change."""

import base64
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.audit import bundle, note, verify
from moderation.audit.bundle import Part, Row
from moderation.audit.verify import Fault, Refused, Trust
from tests.moderation.audit.logs import LOG, STRANGER, WITNESS_KEY, Log, cosignature

NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or "python3"
FIRST, COUNT, SIZE = 5, 40, 70
WITHHELD = {9, 10, 11, 30}
Files = dict[str, bytes]


def entry(number: int) -> tuple[str, dict[str, list[object]]]:
    """The leaf's text and the openings of an entry that bob made; those of every third are erased."""
    values = {"actor": f"bob-{number}", "address": "192.0.2.1", "port": 50_000 + number}
    openings: dict[str, list[object]] = {
        field: [bytes([number, place] * 8).hex(), value] for place, (field, value) in enumerate(values.items())
    }
    leaf = {
        "action": "room.join",
        "channel": "http",
        "commitments": {
            field: verify.commitment(bytes.fromhex(str(salt)), field, value)
            for field, (salt, value) in openings.items()
        },
        "event": f"{number:032x}",
        "occurred_at": "2026-11-25T19:46:01.123456Z",
        "result": "ok",
        "schema": 2,
    }
    return verify.canonical(leaf), openings if number % 3 else {}


ENTRIES = [entry(number) for number in range(SIZE)]


def whole_log(signer: note.Signer = LOG) -> Log:
    return Log(signer).grow(*(text.encode() for text, _ in ENTRIES))


def rows() -> Iterator[Row]:
    for index in range(FIRST, FIRST + COUNT):
        text, openings = ENTRIES[index]
        hidden = index in WITHHELD
        yield Row(verify.leaf_hash(text.encode()), None if hidden else text, {} if hidden else openings)


def part(log: Log) -> Part:
    left, right = log.left_and_right(FIRST, COUNT)
    head = log.checkpoint()
    head += cosignature(verify.parse_note(head).text, 1_790_000_000).encode()
    return Part(FIRST, left, right, verify.parse_checkpoint(head), [log.signer.key, WITNESS_KEY])


def written(log: Log, also: tuple[str, ...] = ("ocsf", "ecs", "cef")) -> bytes:
    out = io.BytesIO()
    assert bundle.write(out, part(log), rows, signers=[log.signer], moment=NOW, also=also) == COUNT
    return out.getvalue()


BUNDLE = written(whole_log())
TRUST = Trust((LOG.key,), (WITNESS_KEY,))


def unpacked(data: bytes = BUNDLE) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def resigned(files: Files, signer: note.Signer = LOG) -> Files:
    """The files with a manifest that fits them, as only somebody with the log's key can make it."""
    import hashlib

    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest"}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    return files | {"manifest": note.signed(f"{verify.BUNDLE}\n{lines}", [signer]).encode()}


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


def edited(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    """A mutation that changes one file."""
    return lambda files: files | {name: change(files[name])}


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    return edited(name, lambda data: data.replace(old, new, 1))


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], Files]:
    return edited("entries.jsonl", lambda data: b"".join(change(data.splitlines(keepends=True))))


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {other: data for other, data in files.items() if other != name}


def signed_without(name: str) -> Callable[[Files], Files]:
    return lambda files: resigned(without(name)(files))


def proof(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], Files]:
    def mutate(files: Files) -> Files:
        value = json.loads(files["proof.json"])
        change(value)
        return resigned(files | {"proof.json": verify.canonical(value).encode()})

    return mutate


def forged_leaf(files: Files) -> Files:
    """An entry rewritten so that its line and its leaf agree, in a manifest that fits."""
    text = ENTRIES[7][0].replace("room.join", "room.exit")
    line = verify.canonical({"index": 7, "leaf": text, "openings": {}}).encode() + b"\n"
    leaf = verify.leaf_hash(text.encode())
    changed = lines(lambda all_: [*all_[:2], line, *all_[3:]])(files)
    changed["leaves"] = files["leaves"][: 2 * 32] + leaf + files["leaves"][3 * 32 :]
    return resigned(changed)


def opening(change: Callable[[list[Any]], None]) -> Callable[[Files], Files]:
    def mutate(files: Files) -> Files:
        value = json.loads(files["entries.jsonl"].splitlines()[2])
        change(value["openings"]["actor"])
        line = verify.canonical(value).encode() + b"\n"
        return lines(lambda all_: [*all_[:2], line, *all_[3:]])(files)

    return mutate


def swap(all_: list[bytes]) -> list[bytes]:
    return [all_[1], all_[0], *all_[2:]]


def foreign(files: Files) -> Files:
    """The same part of a log that a stranger signed under the log's name."""
    return unpacked(written(whole_log(STRANGER)))


OTHER_ROOT = base64.b64encode(bytes(32))
THE_ROOT = base64.b64encode(whole_log().root())

# What was done, where the answer says it was, and which fault it names.
MUTATIONS: list[tuple[str, Callable[[Files], Files], str, Fault]] = [
    ("a value changed", replaced("entries.jsonl", b"bob-5", b"bob-6"), "line 1, entry 5, field 'actor'", Fault.OPENING),
    ("a number changed", replaced("entries.jsonl", b",50007]", b",50008]"), "entry 7, field 'port'", Fault.OPENING),
    ("a value's type changed", replaced("entries.jsonl", b",50007]", b',"50007"]'), "field 'port'", Fault.OPENING),
    ("a value removed", opening(lambda pair: pair.pop()), "entry 7, field 'actor'", Fault.OPENING),
    ("a salt changed", opening(lambda pair: pair.__setitem__(0, "00" * 16)), "field 'actor'", Fault.OPENING),
    ("a salt of another length", opening(lambda pair: pair.__setitem__(0, "00" * 17)), "field 'actor'", Fault.OPENING),
    ("a salt in capitals", opening(lambda pair: pair.__setitem__(0, "AB" * 16)), "field 'actor'", Fault.OPENING),
    ("a salt that is a number", opening(lambda pair: pair.__setitem__(0, 7)), "field 'actor'", Fault.OPENING),
    (
        "a value moved to another field",
        replaced("entries.jsonl", b'"openings":{"actor":', b'"openings":{"abtor":'),
        "entry 5, field 'abtor'",
        Fault.OPENING,
    ),
    (
        "openings of another entry",
        lines(
            lambda all_: [
                all_[0].split(b'"openings":')[0] + b'"openings":' + all_[2].split(b'"openings":')[1],
                *all_[1:],
            ]
        ),
        "entry 5, field 'actor'",
        Fault.OPENING,
    ),
    (
        "a leaf's field changed",
        replaced("entries.jsonl", b"room.join", b"room.exit"),
        "entry 5, field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a commitment changed",
        edited("entries.jsonl", lambda data: re.sub(rb'(actor\\":\\")[0-9a-f]', rb"\1z", data, count=1)),
        "entry 5, field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a space in a leaf",
        replaced("entries.jsonl", b'{\\"action\\":', b'{ \\"action\\":'),
        "field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a leaf that is no text",
        replaced("entries.jsonl", b'"leaf":"', b'"leaf":7,"x":"'),
        "line 1, entry 5",
        Fault.MALFORMED,
    ),
    ("an index changed", replaced("entries.jsonl", b'"index":7', b'"index":8'), "line 3, entry 7", Fault.MISSING),
    ("an index that is text", replaced("entries.jsonl", b'"index":7', b'"index":"7"'), "line 3", Fault.MALFORMED),
    ("an index that is true", replaced("entries.jsonl", b'"index":7', b'"index":true'), "line 3", Fault.MALFORMED),
    ("an index missing", replaced("entries.jsonl", b'"index":7,', b""), "line 3, entry 7", Fault.MALFORMED),
    ("a key twice", replaced("entries.jsonl", b'"index":7', b'"index":7,"index":7'), "line 3", Fault.MALFORMED),
    ("a key more", replaced("entries.jsonl", b'"index":7', b'"a":1,"index":7'), "line 3", Fault.MALFORMED),
    ("keys in another order", lines(lambda all_: [reordered(all_[0]), *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a space between", replaced("entries.jsonl", b'"index":7', b'"index": 7'), "line 3", Fault.MALFORMED),
    ("a fraction", replaced("entries.jsonl", b'"index":7', b'"index":7.0'), "line 3", Fault.MALFORMED),
    (
        "a number no reader keeps",
        replaced("entries.jsonl", b'"index":7', b'"index":9007199254740993'),
        "line 3",
        Fault.MALFORMED,
    ),
    ("bytes that are no text", replaced("entries.jsonl", b"bob-5", b"bob-\xff"), "line 1", Fault.MALFORMED),
    ("half a surrogate", replaced("entries.jsonl", b"bob-5", b"bob-\\ud800"), "line 1", Fault.MALFORMED),
    ("nesting without end", lines(lambda all_: [b"[" * 100_000 + b"\n", *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a line without end", lines(lambda all_: [b"x" * (2 << 20), *all_]), "line 1", Fault.MALFORMED),
    ("the first entry dropped", lines(lambda all_: all_[1:]), "line 1, entry 5", Fault.MISSING),
    ("an entry dropped", lines(lambda all_: [*all_[:9], *all_[10:]]), "line 10, entry 17", Fault.MISSING),
    ("the last entry dropped", lines(lambda all_: all_[:-1]), "line 36, entry 44", Fault.MISSING),
    ("every entry dropped", lines(lambda _: []), "line 1, entry 5", Fault.MISSING),
    ("two entries swapped", lines(swap), "line 1, entry 5", Fault.MISSING),
    ("an entry twice", lines(lambda all_: [all_[0], *all_]), "line 2, entry 6", Fault.MISSING),
    ("an entry more at the end", lines(lambda all_: [*all_, all_[-1]]), "line 37", Fault.CHANGED),
    ("an empty line at the end", lines(lambda all_: [*all_, b"\n"]), "line 37", Fault.CHANGED),
    ("the last newline gone", lines(lambda all_: [*all_[:-1], all_[-1][:-1]]), "line 36, entry 44", Fault.MALFORMED),
    ("another end of line", lines(lambda all_: [all_[0][:-1] + b"\r\n", *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a mark before it all", lines(lambda all_: [b"\xef\xbb\xbf" + all_[0], *all_[1:]]), "line 1", Fault.MALFORMED),
    ("an opening less", lambda files: files | {"entries.jsonl": unopened(files)}, "entries.jsonl", Fault.CHANGED),
    ("a leaf's hash changed", edited("leaves", lambda data: bytes([data[0] ^ 1]) + data[1:]), "leaves", Fault.CHANGED),
    (
        "a leaf's hash dropped",
        lambda files: resigned(edited("leaves", lambda data: data[:-32])(files)),
        "leaves",
        Fault.MISSING,
    ),
    (
        "a leaf's hash more",
        lambda files: resigned(edited("leaves", lambda data: data + data[:32])(files)),
        "leaves",
        Fault.CHANGED,
    ),
    ("half a hash", lambda files: resigned(edited("leaves", lambda data: data[:-1])(files)), "leaves", Fault.MISSING),
    ("an entry forged with its leaf", forged_leaf, "leaves", Fault.PROOF),
    ("the part moved", proof(lambda value: value.update(first=4)), "leaves", Fault.PROOF),
    ("the part made longer", proof(lambda value: value.update(count=41)), "leaves", Fault.MISSING),
    ("the part made shorter", proof(lambda value: value.update(count=39)), "leaves", Fault.CHANGED),
    ("a hash to the left changed", proof(lambda value: value["left"].__setitem__(0, "00" * 32)), "leaves", Fault.PROOF),
    ("a hash to the left dropped", proof(lambda value: value["left"].pop()), "leaves", Fault.PROOF),
    ("hashes to the right reversed", proof(lambda value: value["right"].reverse()), "leaves", Fault.PROOF),
    ("a hash to the right more", proof(lambda value: value["right"].append("00" * 32)), "leaves", Fault.PROOF),
    ("a hash that is none", proof(lambda value: value["right"].append("0")), "proof.json", Fault.MALFORMED),
    ("a negative part", proof(lambda value: value.update(first=-1)), "proof.json", Fault.MALFORMED),
    ("one more withheld", proof(lambda value: value["withheld"].append([40, 41])), "line 32, entry 41", Fault.MISSING),
    ("one less withheld", proof(lambda value: value["withheld"].pop()), "entry 30", Fault.MISSING),
    ("withheld backwards", proof(lambda value: value["withheld"].reverse()), "proof.json", Fault.MALFORMED),
    (
        "withheld beyond the part",
        proof(lambda value: value["withheld"].append([44, 46])),
        "proof.json",
        Fault.MALFORMED,
    ),
    ("withheld that are no pair", proof(lambda value: value["withheld"].append(7)), "proof.json", Fault.MALFORMED),
    ("a proof that is not signed", replaced("proof.json", b'"first":5', b'"first":6'), "proof.json", Fault.CHANGED),
    ("a size forged", replaced("checkpoint", b"\n70\n", b"\n71\n"), "checkpoint", Fault.FORGED),
    ("a root forged", replaced("checkpoint", THE_ROOT, OTHER_ROOT), "checkpoint", Fault.FORGED),
    ("an origin forged", replaced("checkpoint", b"stoa.example", b"soat.example"), "checkpoint", Fault.UNSIGNED),
    ("a line more in the checkpoint", replaced("checkpoint", b"\n\n", b"\nmore\n\n"), "checkpoint", Fault.FORGED),
    ("the log's signature gone", edited("checkpoint", lambda data: cut(data, 1)), "checkpoint", Fault.UNSIGNED),
    ("the witness's signature gone", edited("checkpoint", lambda data: cut(data, 2)), "checkpoint", Fault.UNSIGNED),
    ("an older checkpoint", lambda files: resigned(files | {"checkpoint": earlier(60)}), "leaves", Fault.PROOF),
    (
        "a checkpoint of another history",
        lambda files: resigned(files | {"checkpoint": rewritten()}),
        "leaves",
        Fault.PROOF,
    ),
    ("a stranger's bundle under our name", foreign, "checkpoint", Fault.UNSIGNED),
    ("a key changed", edited("keys", lambda data: data.replace(b"A", b"B", 1)), "keys", Fault.MALFORMED),
    ("another's key", edited("keys", lambda data: f"{STRANGER.key}\n".encode() + data), "keys", Fault.CHANGED),
    ("every key gone", edited("keys", lambda _: b""), "keys", Fault.MALFORMED),
    ("another verifier", replaced("verify.py", b"no: {error}", b"yes: {error}"), "verify.py", Fault.CHANGED),
    ("another README", replaced("README.md", b"5 to 44", b"0 to 44"), "README.md", Fault.CHANGED),
    ("another story in OCSF", replaced("entries.ocsf.jsonl", b"bob-5", b"bob-6"), "entries.ocsf.jsonl", Fault.CHANGED),
    ("another story in ECS", replaced("entries.ecs.jsonl", b"bob-5", b"bob-6"), "entries.ecs.jsonl", Fault.CHANGED),
    ("another story in CEF", replaced("entries.cef", b"bob-5", b"bob-6"), "entries.cef", Fault.CHANGED),
    ("a file more", lambda files: files | {"more.txt": b"trust me"}, "more.txt", Fault.CHANGED),
    ("a sum changed", edited("manifest", lambda data: data.replace(b"a", b"b", 1)), "manifest", Fault.FORGED),
    ("a manifest by a stranger", lambda files: resigned(files, STRANGER), "manifest", Fault.UNSIGNED),
    (
        "a checkpoint for a manifest",
        lambda files: files | {"manifest": files["checkpoint"]},
        "manifest",
        Fault.MALFORMED,
    ),
    *((f"no {name}", without(name), name, Fault.MISSING) for name in sorted(unpacked())),
    *((f"no {name}, signed so", signed_without(name), name, Fault.MISSING) for name in verify.NEEDED),
]


def reordered(line: bytes) -> bytes:
    value = json.loads(line)
    return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode() + b"\n"


def unopened(files: Files) -> bytes:
    value = json.loads(files["entries.jsonl"].splitlines()[0])
    value["openings"].pop("port")
    _, *rest = files["entries.jsonl"].splitlines(keepends=True)
    return b"".join([verify.canonical(value).encode() + b"\n", *rest])


def cut(checkpoint: bytes, number: int) -> bytes:
    """The checkpoint without its first or second signature."""
    all_ = checkpoint.splitlines(keepends=True)
    return b"".join([*all_[: 3 + number], *all_[4 + number :]])


def earlier(size: int) -> bytes:
    head = whole_log().checkpoint(size)
    return head + cosignature(verify.parse_note(head).text, 1_790_000_000).encode()


def rewritten() -> bytes:
    head = Log().grow(b"another past", *(text.encode() for text, _ in ENTRIES[1:])).checkpoint()
    return head + cosignature(verify.parse_note(head).text, 1_790_000_000).encode()


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


ALL = unpacked()


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


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 8 * len(BUNDLE) - 1))
def test_a_zip_with_any_bit_flipped_is_refused_or_holds_the_very_same_files(
    tmp_path_factory: pytest.TempPathFactory, bit: int
) -> None:
    data = bytearray(BUNDLE)
    data[bit // 8] ^= 1 << bit % 8
    path = tmp_path_factory.mktemp("bit") / "bundle.zip"
    path.write_bytes(data)
    try:
        verify.verify_bundle(path, TRUST)
    except Refused:
        return
    assert unpacked(bytes(data)) == ALL


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(BUNDLE)), st.integers(0, 64), st.binary(max_size=64))
def test_a_zip_with_any_bytes_replaced_is_refused_or_holds_the_very_same_files(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, new: bytes
) -> None:
    data = BUNDLE[:start] + new + BUNDLE[start + length :]
    path = tmp_path_factory.mktemp("cut") / "bundle.zip"
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
