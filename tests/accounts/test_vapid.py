"""Our key towards push services."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import override_settings

from accounts import vapid
from accounts.sealing import CURVE, unpacked
from tests.processes import at_once

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_the_key_is_made_once_for_us_alone_and_found_again(folder: Path) -> None:
    with override_settings(STOA_DATA=folder):
        first = vapid.public_key()
        vapid._key.cache_clear()
        assert vapid.public_key() == first
    assert {path.name for path in folder.iterdir()} == {"push_key", ".lock"}
    assert (folder / "push_key").stat().st_mode & 0o777 == 0o600
    assert len(unpacked(first)) == 65


def test_of_several_processes_that_start_at_once_one_makes_the_key(folder: Path) -> None:
    with override_settings(STOA_DATA=folder):
        made = set(at_once(vapid.public_key))
        assert made == {vapid.public_key()}


def test_a_push_service_can_check_that_it_was_us(folder: Path) -> None:
    with override_settings(STOA_DATA=folder, PUBLIC_URL="https://stoa.example"):
        scheme, token, key = vapid.authorization("https://push.example:444/a/b?c", NOW).split(" ")
    assert scheme == "vapid"
    header, claims, signature = token.removeprefix("t=").removesuffix(",").split(".")
    assert json.loads(unpacked(header)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(unpacked(claims)) == {
        "aud": "https://push.example:444",
        "exp": int(NOW.timestamp()) + 12 * 3600,
        "sub": "https://stoa.example",
    }
    numbers = unpacked(signature)
    assert len(numbers) == 64
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpacked(key.removeprefix("k=")))
    written = encode_dss_signature(int.from_bytes(numbers[:32], "big"), int.from_bytes(numbers[32:], "big"))
    public.verify(written, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
