"""A room's pinned link. PURE: what somebody typed becomes a URL that shows where it leads, or is refused."""

import unicodedata
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

import idna

from rooms.roles import Code, Refused

LONGEST = 500
_SCHEMES = ("http", "https")
_SAFE = "/?:@!$&'()*+,;=~-._%[]"  # what a path, query or fragment may hold as it is (RFC 3986)


def fit(text: str) -> str:
    """The link in plain ASCII, its host as it is registered (`xn--...`), so that no look-alike passes for another.

    An empty text stays one. Raises `Refused(BAD_LINK)` for all but an http or https URL with a host, for one with a
    user name or password in it, with characters that are not seen, or longer than 500 characters.
    """
    text = text.strip()
    if not text:
        return ""
    if any(unicodedata.category(character)[0] in "CZ" for character in text):
        raise Refused(Code.BAD_LINK)
    try:
        link = _plain(urlsplit(text))
    except ValueError as error:  # no host, a port that is none, a host that nobody can register
        raise Refused(Code.BAD_LINK) from error
    if len(link) > LONGEST:
        raise Refused(Code.BAD_LINK)
    return link


def _plain(parts: SplitResult) -> str:
    if parts.scheme not in _SCHEMES or "@" in parts.netloc:
        raise ValueError(parts.scheme)
    host, port = _host(parts.hostname or ""), f":{parts.port}" if parts.port else ""
    path, query, fragment = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return SplitResult(parts.scheme, host + port, path, query, fragment).geturl()


def _host(name: str) -> str:
    if ":" in name:
        address = IPv6Address(name)
        if address.scope_id is not None:  # a network of the writer's own machine
            raise ValueError(name)
        return f"[{address}]"
    return idna.encode(name, uts46=True).decode("ascii")
