"""Trying a TURN server as a browser would: with a credential, for a relay address."""

import asyncio
import re
import ssl

from aioice import stun, turn

SECONDS = 5
REFUSED = "refused"
LIFETIME = 60
URL = re.compile(r"(turns?):\[?([^\]?]+?)\]?(?::(\d+))?(?:\?transport=(udp|tcp))?")


async def problem(url: str, name: str, password: str) -> str:
    """What kept us from a relay address; empty when we got one."""
    parts = URL.fullmatch(url)
    if parts is None:
        return "is no TURN URL"
    scheme, host, port, transport = parts.groups()
    address = (host, int(port or (5349 if scheme == "turns" else 3478)))
    try:
        async with asyncio.timeout(SECONDS):
            await _allocate(
                address, "tcp" if scheme == "turns" else transport or "udp", scheme == "turns", name, password
            )
    except stun.TransactionFailed as error:
        return f"{REFUSED}: {error}"
    except (TimeoutError, stun.TransactionTimeout):
        return f"no answer within {SECONDS} s"
    except (OSError, ssl.SSLError) as error:
        return str(error)
    return ""


async def _allocate(address: tuple[str, int], transport: str, tls: bool, name: str, password: str) -> None:
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
