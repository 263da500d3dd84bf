import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config import probe


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return None

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1)])
def test_it_says_what_the_web_says(monkeypatch: pytest.MonkeyPatch, status: int, exit_status: int) -> None:
    with answering(status) as port:
        monkeypatch.setenv("STOA_HTTP_PORT", str(port))
        assert probe.main() == exit_status


def test_nobody_there_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200) as port:
        monkeypatch.setenv("STOA_HTTP_PORT", str(port))
    assert probe.main() == 1
