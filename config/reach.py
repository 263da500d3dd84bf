"""Whether people elsewhere reach this Stoa: by a page that is given a microphone, and by an address for their media."""

import asyncio
import socket
import ssl
import time
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from config import turn
from config.finding import Finding, Level
from rooms import ice

RENEW_WITHIN = timedelta(days=14)
_REFUSED = "Compare TURN_SECRET with its static-auth-secret, and its clock with this one's."
_AWAY = "See that it runs there, and that its port is open to this machine."


def secure() -> Finding:
    """Whether browsers will hand over a microphone: only https and localhost are secure contexts."""
    if _local():
        return Finding(Level.OK, f"{settings.PUBLIC_URL} works on this machine alone")
    if not settings.SECURE:
        text = f"{settings.PUBLIC_URL} is not https: browsers give it no microphone"
        return Finding(Level.FAIL, text, "Put a proxy with a certificate in front, and set PUBLIC_URL to https://...")
    if not settings.STOA_TRUSTED_PROXIES:
        text = "no proxy is trusted: every request looks like plain http from the proxy"
        return Finding(Level.FAIL, text, "Set STOA_TRUSTED_PROXIES to your proxy's network.")
    return _certificate(settings.PUBLIC_HOST, urlsplit(settings.PUBLIC_URL).port or 443)


def _certificate(host: str, port: int) -> Finding:
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), 5) as plain,
            context.wrap_socket(plain, server_hostname=host) as tls,
        ):
            certificate = tls.getpeercert() or {}
    except (OSError, ssl.SSLError) as error:
        return Finding(Level.FAIL, f"{host}:{port}: {error}", "Look at the proxy and its certificate.")
    left = timedelta(seconds=ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time())
    if left < RENEW_WITHIN:
        return Finding(Level.WARN, f"the certificate ends in {left.days} days", "See why it was not renewed.")
    return Finding(Level.OK, f"{settings.PUBLIC_URL} has a certificate for {left.days} more days")


def public() -> Finding:
    """Whether the address browsers are told to send media to can be reached from outside."""
    if _local() or settings.STOA_PUBLIC_IP:
        return Finding(Level.OK, f"media goes to {', '.join(settings.STOA_PUBLIC_IP) or 'this machine'}")
    own = _outgoing_address()
    if ip_address(own).is_global:
        return Finding(Level.OK, f"media goes to {own}")
    text = f"media goes to {own}, which nobody outside this network can reach"
    return Finding(Level.WARN, text, "Set STOA_PUBLIC_IP to the address your router forwards the UDP port from.")


def _outgoing_address() -> str:
    """The address this machine would send from; asks the routing table, sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def relay() -> Finding:
    """Whether each TURN server lets in somebody with a credential of ours."""
    if not settings.TURN_URLS:
        level = Level.OK if _local() else Level.WARN
        return Finding(level, "none: networks that block UDP stay outside", "Set TURN_URLS and TURN_SECRET (coturn).")
    (server,) = ice.servers("doctor", time.time())
    for url in settings.TURN_URLS:
        problem = asyncio.run(turn.problem(url, str(server["username"]), str(server["credential"])))
        if problem:
            return Finding(Level.FAIL, f"{url}: {problem}", _REFUSED if problem.startswith(turn.REFUSED) else _AWAY)
    return Finding(Level.OK, f"a relay address was granted by {', '.join(settings.TURN_URLS)}")


def _local() -> bool:
    return settings.PUBLIC_HOST in ("localhost", "127.0.0.1", "::1")
