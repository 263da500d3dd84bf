"""`python -m rooms.sfu`: one media process, set up from the environment."""

import asyncio
import errno
import gc
import logging
import os
import sys

import structlog

from rooms.sfu import settings
from rooms.sfu.server import Server


def main() -> None:
    """Nothing, once the process was told to stop. Exits with 2 and one line when it cannot start."""
    _log_json()
    try:
        chosen = settings.read(os.environ)
        asyncio.run(_serve(chosen))
    except settings.SettingError as bad:
        sys.exit(_refusal(str(bad)))
    except OSError as error:
        name = "STOA_UDP_PORT" if error.errno == errno.EADDRINUSE else "STOA_UDP_HOST"
        sys.exit(_refusal(f"{name}: {error.strerror}"))


def _refusal(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


async def _serve(chosen: settings.Settings) -> None:
    server = Server(chosen)
    log = structlog.get_logger()
    gc.collect()
    gc.freeze()
    log.info("media_ready", sfu=chosen.sfu, port=server.ports[0].number, hosts=[port.host for port in server.ports])
    await server.run()
    log.info("media_stopped", **{str(name): number for name, number in sorted(server.counters.items())})


def _log_json() -> None:
    logging.getLogger("aiortc").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )


if __name__ == "__main__":
    main()
