"""TURN credentials."""

import base64
import hashlib
import hmac
from typing import Any

from rooms import ice


def test_without_a_turn_server_there_is_none(settings: Any) -> None:
    settings.TURN_URLS = []
    assert ice.servers("uid", 1000.0) == []


def test_the_credential_is_coturns_and_expires_in_ten_minutes(settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org:3478"], "shared"
    (server,) = ice.servers("0123456789abcdef", 1000.9)
    assert server["urls"] == ["turn:turn.example.org:3478"]
    assert server["username"] == "1600:0123456789abcdef"
    digest = hmac.new(b"shared", b"1600:0123456789abcdef", hashlib.sha1).digest()
    assert base64.b64decode(server["credential"]) == digest
