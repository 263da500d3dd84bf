"""The web tier's entry."""

import gc

import pytest
from channels.testing import WebsocketCommunicator

from config.asgi import application


@pytest.mark.parametrize("path", ["/ws/", "/ws/nowhere/", "/ws/rooms/abc", "/", "/ws/rooms/a/b/"])
async def test_a_socket_to_nowhere_is_denied_and_no_fault_of_ours(path: str) -> None:
    connected, _ = await WebsocketCommunicator(application, path).connect()
    assert not connected


def test_what_is_loaded_is_left_out_of_the_collectors_rounds() -> None:
    assert callable(application)
    assert gc.get_freeze_count() > 10_000
