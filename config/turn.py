"""Trying a TURN server as a browser would: with a credential of ours, for a relay address."""

import asyncio
import base64
import hashlib
import hmac
import re
import ssl
import time

from aioice import stun, turn

SECONDS = 5
LIFETIME = 60
URL = re.compile(r"(turns?):\[?([^\]?]+?)\]?(?::(\d+))?(?:\?transport=(udp|tcp))?")


def credential(secret: str, now: float) -> tuple[str, str]:
    """User name and password that a server with this shared secret takes for a minute.

    Source: draft-uberti-behave-turn-rest, section 2.2 (coturn's `use-auth-secret`).
    """
    name = f"{int(now) + LIFETIME}:doctor"
    return name, base64.b64encode(hmac.digest(secret.encode(), name.encode(), hashlib.sha1)).decode()


async def problem(url: str, secret: str) -> str:
    """What kept us from a relay address; empty when we got one."""
    parts = URL.fullmatch(url)
    if parts is None:
        return "is no TURN URL"
    scheme, host, port, transport = parts.groups()
    address = (host, int(port or (5349 if scheme == "turns" else 3478)))
    try:
        async with asyncio.timeout(SECONDS):
            await _allocate(address, "tcp" if scheme == "turns" else transport or "udp", scheme == "turns", secret)
    except stun.TransactionFailed as error:
        return f"refused: {error}"
    except (TimeoutError, stun.TransactionTimeout):
        return f"no answer within {SECONDS} s"
    except (OSError, ssl.SSLError) as error:
        return str(error)
    return ""


async def _allocate(address: tuple[str, int], transport: str, tls: bool, secret: str) -> None:
    name, password = credential(secret, time.time())
    relayed, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        server_addr=address,
        username=name,
        password=password,
        lifetime=LIFETIME,
        ssl=tls,
        transport=transport,
    )
    relayed.close()
