"""`python -m rooms.sfu`: one media process, set up from the environment."""

import asyncio
import errno
import logging
import os
import sys

from rooms.sfu import heap, log, settings
from rooms.sfu.server import Server

_log = logging.getLogger("rooms.sfu")


def main() -> None:
    """Nothing, once the process was told to stop. Exits with 2 and one line when it cannot start."""
    log.to_standard_output()
    heap.undumped()
    try:
        chosen = settings.read(os.environ)
        server = Server(chosen)
    except settings.SettingError as bad:
        sys.exit(_refusal(str(bad)))
    except OSError as error:
        name = "STOA_UDP_PORT" if error.errno == errno.EADDRINUSE else "STOA_UDP_HOST"
        sys.exit(_refusal(f"{name}: {error.strerror}"))
    heap.still()
    ready = {
        "sfu": chosen.sfu,
        "port": server.ports[0].number,
        "hosts": [port.host for port in server.ports],
        "fan_out": server.registry.fan_out,
    }
    _log.info("media_ready", extra={"fields": ready})
    asyncio.run(server.run())
    _log.info("media_stopped", extra={"fields": dict(sorted(server.counters.items()))})


def _refusal(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


if __name__ == "__main__":
    main()
