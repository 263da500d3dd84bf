"""`python -m config.probe`: status 0 while the web tier on this machine answers; for a container's health check."""

import os
import sys
from http.client import HTTPConnection, HTTPException

from config.environment import Environment


def main() -> int:
    """0 when /healthz says 200, else 1."""
    port = Environment(os.environ).port("STOA_HTTP_PORT", 8000)
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
