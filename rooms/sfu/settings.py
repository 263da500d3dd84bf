"""The media process's settings, from the environment alone."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

ANYWHERE = "0.0.0.0,::"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
SCHEMES = frozenset({"redis", "rediss", "unix"})
PROFILES = ("standard", "private", "cn")
RINGLESS = "private"
"""The profile under which nothing that was said is kept, not even for a minute in memory."""
DATA = Path(__file__).resolve().parents[2] / "data"


class SettingError(Exception):
    """The variable `name` is missing or makes no sense; the text names it and says what it should be."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")


@dataclass(frozen=True, slots=True)
class Settings:
    """`sfu` is this process's id; `port` (UDP) and `tcp` are 0 for any free one; `public` replaces our own addresses in
    answers.

    With `ring` the last minute of every speaker is kept in memory; what is sealed of it goes to the folder `evidence`.
    """

    sfu: str
    hosts: tuple[str, ...]
    port: int
    public: tuple[str, ...]
    redis_url: str
    ring: bool
    evidence: Path
    tcp: int = 0


def read(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`, each also as NAME_FILE. Raises `SettingError`."""
    index = _number(environment, "STOA_SFU_INDEX", "0", 999)
    port = _number(environment, "STOA_UDP_PORT", "7882", 65535 - index)
    tcp = _number(environment, "STOA_TCP_PORT", "7881", 65535 - index)
    node = _value(environment, "STOA_NODE", "") or socket.gethostname()
    if not NAME.fullmatch(node):
        raise SettingError("STOA_NODE", "letters, digits, dots, dashes and underscores, 64 at most")
    return Settings(
        sfu=f"{node}-{index}",
        hosts=_addresses(environment, "STOA_UDP_HOST", ANYWHERE),
        port=port + index if port else 0,
        public=_addresses(environment, "STOA_PUBLIC_IP", ""),
        redis_url=_redis_url(environment),
        ring=_profile(environment) != RINGLESS,
        evidence=Path(_value(environment, "STOA_DATA", str(DATA))).resolve() / "evidence",
        tcp=tcp + index if tcp else 0,
    )


def _value(environment: Mapping[str, str], name: str, default: str) -> str:
    value, path = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if not path:
        return value.strip() or default
    if value:
        raise SettingError(name, f"set it or {name}_FILE, not both")
    try:
        return Path(path).read_text().strip() or default
    except (OSError, ValueError) as error:
        raise SettingError(name, f"{name}_FILE cannot be read") from error


def _number(environment: Mapping[str, str], name: str, default: str, highest: int) -> int:
    value = _value(environment, name, default)
    if not (value.isascii() and value.isdigit() and int(value) <= highest):
        raise SettingError(name, f"a number from 0 to {highest}")
    return int(value)


def _addresses(environment: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    value = _value(environment, name, default)
    try:
        return tuple(str(ip_address(part.strip())) for part in value.split(",")) if value else ()
    except ValueError as error:
        raise SettingError(name, "IP addresses with commas between them") from error


def _profile(environment: Mapping[str, str]) -> str:
    profile = _value(environment, "STOA_PROFILE", PROFILES[0])
    if profile not in PROFILES:
        raise SettingError("STOA_PROFILE", f"one of {', '.join(PROFILES)}")
    return profile


def _redis_url(environment: Mapping[str, str]) -> str:
    url = _value(environment, "REDIS_URL", "")
    try:
        parts = urlsplit(url)
        place = parts.path if parts.scheme == "unix" else (parts.hostname and f"{parts.hostname}:{parts.port}")
    except ValueError as error:
        raise SettingError("REDIS_URL", "not a URL") from error
    if parts.scheme not in SCHEMES or not place:
        raise SettingError("REDIS_URL", "redis://HOST:PORT/N, rediss://... or unix:///PATH")
    return url
