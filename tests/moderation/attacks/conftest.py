"""What attacks on rooms stand on: the rooms' own sockets."""

from tests.rooms.conftest import enter, open_room

__all__ = ["enter", "open_room"]
