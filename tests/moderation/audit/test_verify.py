"""The verifier reads JSON that reads one way only and receipts, and answers for a file (bundles: test_bundle)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.audit import verify
from moderation.audit.verify import Fault, Key
from tests.moderation.audit.logs import PRIVATE
from tests.moderation.audit.verifying import LOG, ROOT, refusal, signed


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
            '{"a":' + "[" * 600 + '"😀"' + "]" * 600 + "}",
            '{"\\ud800":1,"😀":2}',
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
