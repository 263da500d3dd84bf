"""A slow line to a Stoa, for pages, sockets and sound: seeded, so that each run has the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tests.flows.stack import Stoa
from tests.netem import SLOW, Proxy, Wire

RATE = 100_000
"""Bytes a second each way, of pages and sockets."""
PATIENCE = 30
"""Seconds in which something comes that takes several round trips, some of them lost."""
DETOUR = """([from, to]) => {
  const { prototype } = RTCPeerConnection;
  const { setRemoteDescription } = prototype;
  prototype.setRemoteDescription = function ({ type, sdp }) {
    const detoured = sdp.replaceAll(` ${from} typ host`, ` ${to} typ host`);
    const alone = detoured.replaceAll(/a=candidate:\\S+ 1 tcp .*\\r\\n/g, "");
    return setRemoteDescription.call(this, { type, sdp: alone });
  };
}"""


def detour(stoa: Stoa, proxy: Proxy) -> str:
    """A script that sends the page's sound through the proxy, and leaves it no way around by TCP."""
    return f"({DETOUR})([{stoa.environment['STOA_UDP_PORT']}, {proxy.port}])"


@dataclass(frozen=True, slots=True)
class Slow:
    """The Stoa as it is reached by the slow line, and the script that sends a page's sound there too."""

    stoa: Stoa
    detour: str


@contextmanager
def line(stoa: Stoa) -> Iterator[Slow]:
    """300 ms each way, and one packet of twenty is lost; by TCP it comes again."""
    where = stoa.environment
    sound = where["STOA_PUBLIC_IP"], int(where["STOA_UDP_PORT"])
    pages = "127.0.0.1", int(where["STOA_HTTP_PORT"])
    with Proxy(sound, weather=SLOW) as proxy, Wire(pages, weather=SLOW, rate=RATE) as wire:
        here, there = (f"http://{urlsplit(url).hostname}:{wire.port}" for url in (stoa.url, stoa.outside))
        yield Slow(replace(stoa, url=here, outside=there), detour(stoa, proxy))
