"""Every connection of a media process, by its id and by its ICE name, and when each that fell silent is over."""

from collections.abc import Iterator

from rooms.sfu.answers import Local
from rooms.sfu.connection import Connection
from rooms.sfu.wheel import Wheel

CONSENT = 30.0
"""Seconds without a checked STUN request after which a peer is gone (RFC 7675 section 5.1)."""
DOUBT = 10.0
"""Seconds without a checked STUN request after which one is gone who may have said goodbye: browsers check twice in it.
"""


class Connections:
    """The connections that are open; times are monotonic seconds."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._users: dict[str, Connection] = {}
        self._wheel: Wheel[str] = Wheel()

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._connections.values())

    def __len__(self) -> int:
        return len(self._connections)

    def __contains__(self, connection: Connection) -> bool:
        return self._connections.get(connection.id) is connection

    def get(self, peer: str) -> Connection | None:
        """The connection of this id."""
        return self._connections.get(peer)

    def named(self, ufrag: str) -> Connection | None:
        """The connection that a browser's checks mean by our `ufrag`."""
        return self._users.get(ufrag)

    def add(self, connection: Connection) -> None:
        """Nothing: the connection is open."""
        self._connections[connection.id] = self._users[connection.local.ufrag] = connection
        self._wheel.put(connection.id, connection.seen + CONSENT)

    def rename(self, connection: Connection, local: Local) -> None:
        """Nothing: the connection is reached by the names in `local`, and by the old ones no more."""
        del self._users[connection.local.ufrag]
        connection.local, connection.routine = local, None
        self._users[local.ufrag] = connection

    def doubt(self, connection: Connection, now: float) -> None:
        """Nothing: who sent what may be a goodbye, and is not read any more, is gone unless he goes on to check."""
        if connection.peer.settled and connection.doubted is None:
            connection.doubted = now
            self._wheel.put(connection.id, now + DOUBT)

    def remove(self, connection: Connection) -> None:
        """Nothing: the connection is not open any more."""
        del self._connections[connection.id]
        del self._users[connection.local.ufrag]

    def late(self, now: float) -> list[Connection]:
        """Those that have sent no checked STUN request for too long, each once."""
        return [self._connections[peer] for peer in self._wheel.due(now, self._deadline)]

    def _deadline(self, peer: str) -> float | None:
        connection = self._connections.get(peer)
        if connection is None:
            return None
        consented = connection.seen + CONSENT
        return consented if connection.doubted is None else min(consented, connection.doubted + DOUBT)
