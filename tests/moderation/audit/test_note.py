"""Tests of moderation.audit.note, on the vector of C2SP's signed-note."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moderation.audit.note import Signer, checkpoint, signed

# RFC 8032, 7.1, test 1.
KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
LOG = Signer("stoa.example/log", KEY)


def test_a_checkpoint_has_three_lines_and_a_signature_for_each_key() -> None:
    text = checkpoint(LOG.name, 7, bytes(32))
    assert text == f"stoa.example/log\n7\n{'A' * 43}=\n"
    note = signed(text, [LOG, LOG])
    assert note == text + "\n" + LOG.line(text) * 2


def test_a_signature_line_names_the_key_and_its_signature_holds() -> None:
    dash, name, blob = LOG.line("text\n").split()
    assert (dash, name) == ("—", "stoa.example/log")
    data = base64.b64decode(blob)
    assert data[:4] == LOG.key.key_id
    KEY.public_key().verify(data[4:], b"text\n")


def test_a_key_is_written_as_go_reads_it() -> None:
    name, identity, material = str(LOG.key).split("+", 2)
    assert (name, identity) == ("stoa.example/log", LOG.key.key_id.hex())
    assert base64.b64decode(material)[1:].hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
