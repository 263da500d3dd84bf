"""Whom the log is shown to, as the settings name them: witnesses and collectors."""

import hashlib
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urldefrag, urlsplit

from moderation.audit import verify
from moderation.audit.formats import FORMATS
from moderation.audit.verify import Key, Refused

OURSELVES = frozenset({"localhost", "127.0.0.1", "::1"})
NAME = 100  # letters that a row's name has room for


@dataclass(frozen=True, slots=True)
class Peer:
    """A witness: where it listens and which key it signs with."""

    url: str
    key: Key

    @classmethod
    def parse(cls, text: str) -> Self:
        """The witness in `URL VKEY`; raises `ValueError` for anything else."""
        url, _, key = text.partition(" ")
        try:
            parsed = verify.parse_key(key.strip())
        except Refused as refused:
            raise ValueError(str(refused)) from refused
        if parsed.kind != verify.WITNESS_KEY or urlsplit(url).scheme not in {"http", "https"} or not _has_host(url):
            raise ValueError(text)
        return cls(url.rstrip("/"), parsed)

    @property
    def name(self) -> str:
        """What its rows are found by."""
        return f"{self.key.name}+{self.key.key_id.hex()}"


@dataclass(frozen=True, slots=True)
class Collector:
    """A place that is sent every entry, in `format`; `token` is all of the `Authorization` that it alone is shown."""

    url: str
    format: str
    token: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The collector in `URL`, `URL#format`, or either with a space and a token; raises `ValueError` for any other.

        What is not encrypted goes nowhere but to this machine: a line says openly who did what, and from where.
        """
        address, _, token = text.partition(" ")
        url, format_ = urldefrag(address)
        parts = urlsplit(url)
        clear = parts.scheme in {"http", "syslog+tcp"} and parts.hostname in OURSELVES
        if not (clear or parts.scheme in {"https", "syslog+tls"}) or not _has_host(url):
            raise ValueError(text)
        if (format_ or "jsonl") not in FORMATS or (parts.scheme.startswith("syslog") and not parts.port):
            raise ValueError(text)
        if token and (parts.scheme.startswith("syslog") or not (token.isascii() and token.isprintable())):
            raise ValueError(text)
        return cls(url, format_ or "jsonl", token.strip())

    @property
    def name(self) -> str:
        """What its row is found by: address and format; a long one ends in a digest, so that no two share a row."""
        whole = f"{self.url}#{self.format}"
        digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
        return whole if len(whole) <= NAME else f"{whole[: NAME - 17]}~{digest}"


def _has_host(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
