"""The verifier believes signed notes and checkpoints of those whose keys it has, and of nobody else."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Fault, Key, Refused
from tests.moderation.audit.logs import PRIVATE
from tests.moderation.audit.verifying import GOLDEN, LOG, PETER, ROOT, refusal, signed

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
