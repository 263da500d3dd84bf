"""The verifier's parts: trees, Ed25519, signed notes, checkpoints, canonical JSON, receipts. Bundles: test_export."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Fault, Frontier, Key, Refused

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/log/notes.json").read_text())
PETER = GOLDEN["notes"][0]["keys"][0]
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = Key("stoa.example/log", verify.LOG_KEY, PRIVATE.public_key().public_bytes_raw())


def leaves(count: int) -> list[bytes]:
    return [verify.leaf_hash(b"%d" % number) for number in range(count)]


def root(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return verify.node_hash(root(hashes[:half]), root(hashes[half:]))


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word by word."""
    if len(hashes) <= 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return [*path(index, hashes[:half]), root(hashes[half:])]
    return [*path(index - half, hashes[half:]), root(hashes[:half])]


def consistency(old: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2, word by word."""
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= half:
        return [*consistency(old, hashes[:half], whole), root(hashes[half:])]
    return [*consistency(old - half, hashes[half:], False), root(hashes[:half])]


def refusal(fault: Fault) -> Any:
    """A block that must be refused because of `fault`."""
    return pytest.raises(Refused, check=lambda refused: refused.fault is fault)


class TestTrees:
    def test_a_frontier_has_the_root_of_the_tree_at_every_size(self) -> None:
        tree, hashes = Frontier(), leaves(70)
        for size, leaf in enumerate(hashes):
            assert tree.root() == root(hashes[:size])
            tree.append(leaf)

    def test_a_frontier_wants_one_node_per_complete_subtree(self) -> None:
        with refusal(Fault.PROOF):
            Frontier(6, leaves(1))
        with refusal(Fault.PROOF):
            Frontier(1, [b"short"])

    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
    def test_a_range_and_the_tree_left_and_right_of_it_have_the_whole_trees_root(
        self, first: int, count: int, more: int
    ) -> None:
        hashes = leaves(first + count + more)
        tree = Frontier()
        for leaf in hashes[:first]:
            tree.append(leaf)
        part = Frontier(first, tree.nodes)
        for leaf in hashes[first : first + count]:
            part.append(leaf)
        start = first + count
        for level in verify.levels_right_of(start, len(hashes)):
            part.append(root(hashes[start : start + (1 << level)]), level)
            start += 1 << level
        assert part.root() == root(hashes)

    def test_every_leaf_is_proven_to_be_in_trees_up_to_33(self) -> None:
        for size in range(1, 34):
            hashes = leaves(size)
            for index in range(size):
                assert verify.inclusion_root(index, size, hashes[index], path(index, hashes)) == root(hashes)

    def test_an_inclusion_proof_that_is_too_short_too_long_or_of_another_leaf_does_not_lead_to_the_root(self) -> None:
        for size in range(1, 18):
            hashes = leaves(size)
            for index in range(size):
                proof = path(index, hashes)
                with refusal(Fault.PROOF):
                    verify.inclusion_root(index, size, hashes[index], [*proof, hashes[0]])
                if proof:
                    with refusal(Fault.PROOF):
                        verify.inclusion_root(index, size, hashes[index], proof[:-1])
                assert verify.inclusion_root(index, size, verify.leaf_hash(b"forged"), proof) != root(hashes)
        with refusal(Fault.PROOF):
            verify.inclusion_root(5, 5, hashes[0], [])

    def test_every_beginning_is_proven_for_trees_up_to_33(self) -> None:
        for size in range(34):
            hashes = leaves(size)
            for old in range(size + 1):
                proof = consistency(old, hashes) if old else []
                verify.check_consistency(old, root(hashes[:old]), size, root(hashes), proof)

    def test_a_rewritten_beginning_is_never_proven(self) -> None:
        for size in range(2, 18):
            hashes = leaves(size)
            for old in range(1, size):
                forged = root([verify.leaf_hash(b"forged"), *hashes[1:old]])
                proof = consistency(old, hashes)
                for old_root, new_root, path_ in (
                    (forged, root(hashes), proof),
                    (root(hashes[:old]), forged, proof),
                    (root(hashes[:old]), root(hashes), [*proof, hashes[0]]),
                    (root(hashes[:old]), root(hashes), proof[:-1]),
                    (root(hashes[:old]), root(hashes), proof[::-1] if len(proof) > 1 else []),
                ):
                    with refusal(Fault.PROOF):
                        verify.check_consistency(old, old_root, size, new_root, path_)

    def test_a_tree_does_not_shrink(self) -> None:
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 2, root(leaves(2)), [])

    def test_trees_of_the_same_size_are_the_same(self) -> None:
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 3, root(leaves(2)), [])
        with refusal(Fault.PROOF):
            verify.check_consistency(3, root(leaves(3)), 3, root(leaves(3)), leaves(1))


ED25519 = json.loads((Path(__file__).parents[2] / "golden/log/ed25519.json").read_text())["vectors"]
RFC_8032 = [tuple(bytes.fromhex(vector[part]) for part in ("public", "message", "signature")) for vector in ED25519]


class TestEd25519:
    @pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
    def test_the_vectors_of_rfc_8032_verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        assert verify.ed25519_verifies(public, message, signature)

    @pytest.mark.parametrize("bit", range(0, 512, 31))
    def test_a_signature_with_a_bit_flipped_does_not(self, bit: int) -> None:
        public, message, signature = RFC_8032[2]
        forged = bytearray(signature)
        forged[bit // 8] ^= 1 << bit % 8
        assert not verify.ed25519_verifies(public, message, bytes(forged))

    def test_the_same_signature_written_with_a_larger_scalar_does_not(self) -> None:
        public, message, signature = RFC_8032[2]
        order = 2**252 + 27742317777372353535851937790883648493
        larger = int.from_bytes(signature[32:], "little") + order
        assert not verify.ed25519_verifies(public, message, signature[:32] + larger.to_bytes(32, "little"))

    @pytest.mark.parametrize("length", [0, 31, 33, 63, 65])
    def test_keys_and_signatures_of_another_length_do_not(self, length: int) -> None:
        public, message, signature = RFC_8032[0]
        assert not verify.ed25519_verifies(public, message, (signature * 2)[:length])
        assert not verify.ed25519_verifies((public * 3)[:length], message, signature)

    @settings(max_examples=30)
    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.binary(min_size=64, max_size=64))
    def test_it_agrees_with_openssl_about_anything(self, seed: bytes, message: bytes, noise: bytes) -> None:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes_raw()
        assert verify.ed25519_verifies(public, message, private.sign(message))
        try:
            Ed25519PublicKey.from_public_bytes(seed).verify(noise, message)
            genuine = True
        except InvalidSignature:
            genuine = False
        assert verify.ed25519_verifies(seed, message, noise) is genuine


class TestKeys:
    @pytest.mark.parametrize("text", [key for note in GOLDEN["notes"] for key in note["keys"]])
    def test_published_keys_are_read_and_written_alike(self, text: str) -> None:
        assert str(verify.parse_key(text)) == text

    def test_every_part_and_every_altered_letter_of_a_key_is_refused(self) -> None:
        for start in range(len(PETER)):
            for end in range(start + 1, len(PETER) + 1):
                if (start, end) != (0, len(PETER)):
                    with refusal(Fault.MALFORMED):
                        verify.parse_key(PETER[start:end])
        for place, letter in enumerate(PETER):
            with refusal(Fault.MALFORMED):
                verify.parse_key(PETER[:place] + chr(ord(letter) + 1) + PETER[place + 1 :])

    @pytest.mark.parametrize("text", [*GOLDEN["malformed_keys"], "", "+", "a b+00000000+AA=="])
    def test_what_is_no_ed25519_key_is_refused(self, text: str) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_key(text)


def signed(text: str, key: Key = LOG, private: Ed25519PrivateKey = PRIVATE) -> str:
    return f"{text}\n{verify.Signature(key.name, key.key_id, private.sign(text.encode()))}"


class TestNotes:
    @pytest.mark.parametrize("vector", GOLDEN["notes"], ids=lambda vector: vector["from"])
    def test_published_notes_verify_and_are_written_as_they_were(self, vector: dict[str, Any]) -> None:
        note = verify.parse_note(vector["note"].encode())
        assert str(note) == vector["note"]
        assert [one.key.name for one in verify.verified(note, [*map(verify.parse_key, vector["keys"])])] == vector[
            "signed"
        ]
        if expected := vector.get("checkpoint"):
            found = verify.parse_checkpoint(vector["note"].encode())
            assert (found.origin, found.size, base64.b64encode(found.root).decode()) == tuple(expected.values())

    @pytest.mark.parametrize(
        "mangle",
        [
            lambda note: note.partition("\n\n")[0] + "\n",
            lambda note: note.partition("\n\n")[0] + "\n\n",
            lambda note: note[:-1],
            lambda note: "\x01" + note,
            lambda note: note.replace("— PeterNeumann", "— Bad Name"),
            lambda note: note.replace("— PeterNeumann", "— Peter+Neumann"),
            lambda note: note.replace("— PeterNeumann", "— Peter\u3000Neumann"),
            lambda note: note.replace("— PeterNeumann", "- PeterNeumann"),
            lambda note: note.replace("— PeterNeumann", "— "),
            lambda note: note + "Unexpected line.\n",
            lambda note: note + note.split("\n")[-2] + "\r\n",
            lambda note: note + (note.split("\n")[-2] + "\n") * 100,
            lambda note: note.replace("BwJnAM=", "BwJnAN="),  # bits that base64 does not use
            lambda note: note.replace("BwJnAM=", "BwJnAM"),
            lambda note: note.replace("x08go/", "x08go\u2028/"),
            lambda note: note + "— X AAAAAA==\n",  # a key's id and no signature
            lambda note: "x" * 1_000_000 + note,
        ],
    )
    def test_a_malformed_note_is_refused(self, mangle: Any) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_note(mangle(GOLDEN["notes"][0]["note"]).encode())

    def test_bytes_that_are_no_text_are_refused(self) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_note(b"\xff" + GOLDEN["notes"][0]["note"].encode())

    def test_a_note_that_nobody_known_signed_is_refused(self) -> None:
        note = verify.parse_note(signed("hello\n").encode())
        with refusal(Fault.UNSIGNED):
            verify.verified(note, [verify.parse_key(PETER)])
        with refusal(Fault.UNSIGNED):
            verify.verified(note, [])

    def test_a_false_signature_of_a_known_key_is_refused_even_beside_a_true_one(self) -> None:
        note = signed("hello\n") + signed("other\n").partition("\n\n")[2]
        with refusal(Fault.FORGED):
            verify.verified(verify.parse_note(note.encode()), [LOG])

    def test_a_key_of_the_same_name_with_another_id_is_ignored(self) -> None:
        other = Ed25519PrivateKey.from_private_bytes(bytes(32))
        stranger = Key(LOG.name, verify.LOG_KEY, other.public_key().public_bytes_raw())
        note = signed("hello\n") + signed("hello\n", stranger, other).partition("\n\n")[2]
        assert [one.key for one in verify.verified(verify.parse_note(note.encode()), [LOG])] == [LOG]

    def test_a_cosignature_tells_when_the_witness_saw_the_checkpoint(self) -> None:
        witness = Key("w1", verify.WITNESS_KEY, LOG.public)
        text, time = "a\n0\nb\n", 1_679_315_147
        data = time.to_bytes(8, "big") + PRIVATE.sign(b"cosignature/v1\ntime 1679315147\na\n0\nb\n")
        note = verify.Note(text, (verify.Signature("w1", witness.key_id, data),))
        assert [one.time for one in verify.verified(note, [witness])] == [time]

    def test_a_cosignature_for_another_moment_is_refused(self) -> None:
        witness = Key("w1", verify.WITNESS_KEY, LOG.public)
        signature = PRIVATE.sign(verify.cosigned_message(b"text\n", 7))
        for time in (8, 2**63):
            data = time.to_bytes(8, "big") + signature
            with refusal(Fault.FORGED):
                verify.verified(verify.Note("text\n", (verify.Signature("w1", witness.key_id, data),)), [witness])

    @given(st.binary(max_size=200))
    def test_any_bytes_are_a_note_or_refused(self, data: bytes) -> None:
        for parse in (verify.parse_note, verify.parse_checkpoint, verify.parse_proof):
            try:
                parse(data)
            except Refused as refused:
                fault = refused.fault
            else:
                continue
            assert fault is Fault.MALFORMED


ROOT = base64.b64encode(bytes(32)).decode()


class TestCheckpoints:
    def test_one_signed_in_the_name_of_its_origin_is_opened(self) -> None:
        found = verify.open_checkpoint(signed(f"{LOG.name}\n7\n{ROOT}\n").encode(), [LOG])
        assert (found.origin, found.size, found.root) == (LOG.name, 7, bytes(32))

    def test_one_of_another_origin_is_refused(self) -> None:
        with refusal(Fault.UNSIGNED):
            verify.open_checkpoint(signed(f"other.example/log\n7\n{ROOT}\n").encode(), [LOG])

    @pytest.mark.parametrize(
        "text",
        [
            f"{LOG.name}\n7\n",
            f"{LOG.name}\n07\n{ROOT}\n",
            f"{LOG.name}\n-7\n{ROOT}\n",
            f"{LOG.name}\n٧\n{ROOT}\n",
            f"{LOG.name}\n7 \n{ROOT}\n",
            f"{LOG.name}\n9223372036854775808\n{ROOT}\n",
            f"{LOG.name}\n7\n{ROOT[:-4]}\n",
            f"{LOG.name}\n0\n{ROOT}\n",  # not the root of no leaves
            f"{LOG.name}\n7\n{ROOT}\n\nmore\n",
            f"\n7\n{ROOT}\n",
        ],
    )
    def test_one_that_is_malformed_is_refused(self, text: str) -> None:
        with refusal(Fault.MALFORMED):
            verify.open_checkpoint(signed(text).encode(), [LOG])

    def test_extension_lines_are_allowed(self) -> None:
        assert verify.open_checkpoint(signed(f"{LOG.name}\n7\n{ROOT}\nmore\n").encode(), [LOG]).size == 7


class TestCanonicalJson:
    def test_keys_are_in_the_order_of_utf_16(self) -> None:
        value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
        assert list(json.loads(verify.canonical(value))) == [
            "\r",
            "1",
            "\x80",
            "\xf6",
            "\u20ac",
            "\U0001f600",
            "\ufb33",
        ]

    def test_text_is_escaped_as_little_as_possible(self) -> None:
        assert verify.canonical("€$\x0f\nA'B\"\\/\x7f") == '"€$\\u000f\\nA\'B\\"\\\\/\x7f"'

    @pytest.mark.parametrize(
        "text",
        [
            '{"a":1.0}',
            '{"a":1e3}',
            '{"a":NaN}',
            '{"a":9007199254740993}',
            '{"a":' + "9" * 5000 + "}",
            '{"a":-0}',
            '{"a":1,"a":1}',
            '{"b":1,"a":1}',
            '{"a": 1}',
            '{"a":"\\u0041"}',
            '{"a":"\\ud800"}',
            "[]",
            "1",
            "",
            "{",
            "[" * 100_000,
            '{"a":1}\n',
        ],
    )
    def test_what_two_readers_could_read_differently_is_refused(self, text: str) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_canonical(text)

    @pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":1.5}', '{"b":{"a":1,"a":2}}', "[]", "{"])
    def test_a_leaf_says_nothing_twice(self, text: str) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_leaf(text)

    @settings(max_examples=50)
    @given(
        st.dictionaries(
            st.text(),
            st.recursive(
                st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=4,
            ),
        )
    )
    def test_a_value_survives_being_written_and_read(self, value: dict[str, object]) -> None:
        assert verify.parse_canonical(verify.canonical(value)) == value


class TestReceipts:
    TEXT = f"c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 7\n{ROOT}\n{ROOT}\n\n{LOG.name}\n9\n{ROOT}\n\n— x AAAAAAA=\n"

    def test_one_is_read_and_written_alike(self) -> None:
        for text in (self.TEXT, self.TEXT.replace("extra aGVsbG8=\n", "")):
            assert str(verify.parse_proof(text.encode())) == text

    def test_its_parts_are_found(self) -> None:
        proof = verify.parse_proof(self.TEXT.encode())
        assert (proof.index, proof.hashes, proof.extra) == (7, (bytes(32), bytes(32)), b"hello")
        assert proof.checkpoint.startswith(LOG.name.encode())

    @pytest.mark.parametrize(
        ("good", "bad"),
        [
            ("@v1", "@v2"),
            ("index 7", "index 07"),
            ("index 7", "indes 7"),
            ("index 7\n", ""),
            ("extra aGVsbG8=", "extra "),
            ("extra aGVsbG8=", "extra aGVsbG8"),
            (ROOT, ROOT[4:]),
            ("\n\n", "\n"),
            (f"{ROOT}\n\n", f"{ROOT}\n" * 64 + "\n"),
        ],
    )
    def test_a_malformed_one_is_refused(self, good: str, bad: str) -> None:
        with refusal(Fault.MALFORMED):
            verify.parse_proof(self.TEXT.replace(good, bad).encode())


class TestCommand:
    def test_a_signed_note_is_genuine_or_not(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "annex.txt"
        path.write_text(signed('{"a":1}\n'))
        assert verify.main([str(path), "--key", str(LOG)]) == 0
        path.write_text(signed('{"a":1}\n').replace("1", "2", 1))
        assert verify.main([str(path), "--key", str(LOG)]) == 1
        assert verify.main([str(path)]) == 1
        assert verify.main([str(path), "--key", "nonsense"]) == 1
        assert verify.main([str(path), "--key", str(LOG), "--from", str(path)]) == 1
        assert verify.main([str(path), "--witness", str(LOG)]) == 1
        assert [line[:4] for line in capsys.readouterr().out.splitlines() if line[0] != " "] == ["yes:", *["no: "] * 5]

    def test_a_witness_from_beyond_the_last_year_is_told_of(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        witness = Key("w1", verify.WITNESS_KEY, LOG.public)
        time = 2**63 - 1
        data = time.to_bytes(8, "big") + PRIVATE.sign(verify.cosigned_message(b"text\n", time))
        path = tmp_path / "note"
        path.write_text(signed("text\n") + str(verify.Signature("w1", witness.key_id, data)))
        assert verify.main([str(path), "--key", str(LOG), "--witness", str(witness)]) == 0
        assert "9999-12-31T23:59:59" in capsys.readouterr().out
