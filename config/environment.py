"""The environment, read by name and kind; whatever is wrong with a value names its variable.

Every variable may also be given as NAME_FILE, the path of a file that holds the value.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

_T = TypeVar("_T")

_OURS = "STOA_"
_INDEX = "STOA_SFU_INDEX"
"""What tells a media process which one it is; no setting of the web's."""
_LABEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class SettingsError(SystemExit):
    """A variable is missing or wrong: every process that reads the settings ends with this one line, status 1."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Environment:
    """Typed readers over `variables`; each returns the default where the variable is not set.

    All raise `SettingsError` for a value of the wrong kind; `text` also for a missing value without a default.
    """

    variables: Mapping[str, str]

    def given(self, name: str) -> str | None:
        """The value of NAME, or what stands in the file named by NAME_FILE; None for neither, or an empty value."""
        path = self.variables.get(f"{name}_FILE", "")
        value = self.variables.get(name, "").strip()
        if path and value:
            raise SettingsError(name, f"and {name}_FILE are both set: keep one")
        return self.content(f"{name}_FILE", path).strip() or None if path else value or None

    def content(self, name: str, path: str) -> str:
        """What stands in the text file at `path`, which NAME names."""
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(name, f"names no file of text that can be read: {path}") from error

    def text(self, name: str, default: str | None = None) -> str:
        """Any text."""
        value = self.given(name)
        if value is not None:
            return value
        if default is None:
            raise SettingsError(name, "is not set")
        return default

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number from `lowest` to `highest`."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise SettingsError(name, f"must be a whole number from {lowest} to {highest}, not {value!r}")
        return int(value)

    def label(self, name: str) -> str:
        """A short name for machines; empty where it is not set."""
        value = self.text(name, "")
        if value and not _LABEL.fullmatch(value):
            raise SettingsError(name, "must be letters, digits, dots, dashes and underscores, 64 at most")
        return value

    def port(self, name: str, default: int) -> int:
        """A port number."""
        return self.number(name, default, 1, 65535)

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of `choices`; the first is the default."""
        value = self.text(name, next(iter(choices)))
        if value not in choices:
            raise SettingsError(name, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def address(self, name: str, default: str) -> str:
        """An IPv4 or IPv6 address."""
        value = self.text(name, default)
        if not _parses(ip_address, value):
            raise SettingsError(name, f"must be an IP address, not {value!r}")
        return value

    def addresses(self, name: str, default: str) -> list[str]:
        """IPv4 and IPv6 addresses, comma-separated."""
        text = self.text(name, default)
        values = [part.strip() for part in text.split(",")] if text else []
        for value in values:
            if not _parses(ip_address, value):
                raise SettingsError(name, f"must list IP addresses with commas between them, not {value!r}")
        return values

    def names(self, name: str, default: str = "") -> list[str]:
        """The parts of a comma-separated list."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def hosts(self, name: str) -> list[str]:
        """Host names and addresses as they stand in a URL, comma-separated; a dot before one takes in what is below."""
        hosts = self.names(name)
        for host in hosts:
            if not is_host(host.removeprefix(".")):
                raise SettingsError(name, f"must list host names with commas between them, not {host!r}")
        return hosts

    def networks(self, name: str) -> list[str]:
        """Networks in CIDR notation, comma-separated."""
        networks = self.names(name)
        for network in networks:
            if not _parses(ip_network, network):
                raise SettingsError(name, f"must list networks such as 10.0.0.0/8, not {network!r}")
        return networks

    def listed(self, name: str, parse: Callable[[str], _T], expected: str) -> list[_T]:
        """The parts of a comma-separated list, as `parse` reads each; they may be secret, and no error shows them."""
        try:
            return [parse(part) for part in self.names(name)]
        except ValueError as error:
            raise SettingsError(name, f"must list {expected}, with commas between them") from error

    def url(self, name: str, schemes: Collection[str], default: str) -> str:
        """A URL with one of `schemes`. The value may hold a password and is never part of the error."""
        value = self.text(name, default)
        if not _parses(_port, value) or urlsplit(value).scheme not in schemes:
            raise SettingsError(name, f"must be a URL that begins with {' or '.join(s + '://' for s in schemes)}")
        return value

    def unheard(self, settings: Iterable[str]) -> list[str]:
        """A sentence for each variable of ours that is none of the settings, nor the file of one: nobody reads it."""
        known = {name for name in settings if name.startswith(_OURS)} | {_INDEX}
        given = {name.removesuffix("_FILE") for name in self.variables if name.startswith(_OURS)}
        return [_guess(name, known) for name in sorted(given - known)]


def _guess(name: str, known: Collection[str]) -> str:
    alike = get_close_matches(name, known, 1)
    return f"{name} is not known; did you mean {alike[0]}?" if alike else f"{name} is not known."


def is_host(text: str) -> bool:
    """Whether the text is a host as it stands in a URL: a name, an IPv4 address, or an IPv6 address in brackets."""
    if text.startswith("["):
        return text.endswith("]") and _parses(ip_address, text[1:-1])
    return _NAME.fullmatch(text) is not None


def _port(url: str) -> int | None:
    return urlsplit(url).port


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
