import pytest
from channels.testing import WebsocketCommunicator

from config.asgi import application


@pytest.mark.parametrize("path", ["/ws/", "/ws/nowhere/", "/ws/rooms/abc", "/", "/ws/rooms/a/b/"])
async def test_a_socket_to_nowhere_is_denied_and_no_fault_of_ours(path: str) -> None:
    connected, _ = await WebsocketCommunicator(application, path).connect()
    assert not connected
