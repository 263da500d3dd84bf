"""A Valkey that a test may stop and start."""

import signal
import subprocess
from pathlib import Path

from config import folder, valkey


class OwnValkey:
    """A server with its data in a folder; `url` is where it listens."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.url = f"unix://{folder.valkey_socket(data)}"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        self._server = subprocess.Popen(valkey.command(self.data))
        valkey.wait_until_ready(self.data)

    def stop(self) -> None:
        """Return when it is gone."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def hang(self) -> None:
        """It is there, and answers nobody any more."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self._server is not None
        self._server.send_signal(number)
