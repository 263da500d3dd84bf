"""A passkey in software: answers as a browser with a platform authenticator would (WebAuthn level 3, section 5.1)."""

import hashlib
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


class Passkey:
    """One key for one account on one site."""

    def __init__(self, origin: str = "http://testserver", *, verifies: bool = True) -> None:
        self.origin = origin
        self.flags = FLAG.UP | FLAG.UV if verifies else FLAG.UP
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user = b""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The credential a browser would post for creation options."""
        wanted = options["publicKey"]
        self.user = websafe_decode(wanted["user"]["id"])
        cose = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]  # fido2 left it so
        public = AttestedCredentialData.create(bytes(16), self.id, cose)
        flags = self.flags | FLAG.AT
        data = AuthenticatorData.create(_hash(wanted["rp"]["id"]), flags, 0, public)
        client = CollectedClientData.create("webauthn.create", wanted["challenge"], self.origin)
        answer = {"attestationObject": websafe_encode(AttestationObject.create("none", data, {}))}
        return self._written(client, answer, {"credProps": {"rk": True}})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The assertion a browser would post for request options."""
        wanted = options["publicKey"]
        data = AuthenticatorData.create(_hash(wanted["rpId"]), self.flags, 0)
        client = CollectedClientData.create("webauthn.get", wanted["challenge"], self.origin)
        signature = self.key.sign(data + client.hash, ec.ECDSA(SHA256()))
        answer = {
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(self.user),
        }
        return self._written(client, answer, {})

    def _written(
        self, client: CollectedClientData, answer: dict[str, str], extensions: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "clientExtensionResults": extensions,
            "response": {"clientDataJSON": websafe_encode(client), **answer},
        }


def _hash(rp: str) -> bytes:
    return hashlib.sha256(rp.encode()).digest()
