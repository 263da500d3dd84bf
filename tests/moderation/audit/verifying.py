"""What the tests of the verifier share: published notes, the key of a log, what it signs, and an expected refusal."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moderation.audit import verify
from moderation.audit.verify import Fault, Key, Refused
from tests.moderation.audit.logs import PRIVATE

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/log/notes.json").read_text())
PETER = GOLDEN["notes"][0]["keys"][0]
LOG = Key("stoa.example/log", verify.LOG_KEY, PRIVATE.public_key().public_bytes_raw())
ROOT = base64.b64encode(bytes(32)).decode()


def refusal(fault: Fault) -> Any:
    """A block that must be refused because of `fault`."""
    return pytest.raises(Refused, check=lambda refused: refused.fault is fault)


def signed(text: str, key: Key = LOG, private: Ed25519PrivateKey = PRIVATE) -> str:
    return f"{text}\n{verify.Signature(key.name, key.key_id, private.sign(text.encode()))}"
