"""Every room and connection of this process, and what orders do to them."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from rooms.sfu import answers, offers
from rooms.sfu.connection import Connection
from rooms.sfu.connections import Connections
from rooms.sfu.counters import Counters
from rooms.sfu.departures import Departures
from rooms.sfu.fanout import Hearing
from rooms.sfu.heap import trimmer
from rooms.sfu.listener import Listener
from rooms.sfu.messages import (
    Alive,
    Answer,
    Connected,
    Drop,
    Elsewhere,
    Ice,
    Offer,
    Order,
    Present,
    Rejected,
    Report,
    Spread,
    Wanted,
)
from rooms.sfu.peer import Identity, Peer
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.room import Ended, Keep, Room, Share, alone, forget
from rooms.sfu.rooms import Rooms
from rooms.sfu.routes import Routes
from rooms.sfu.stage import SLOTS
from rooms.sfu.timing import Timing

HANDSHAKE = 15.0
"""Seconds from the first checked STUN request to the end of the DTLS handshake."""
SETTLED = 15.0
"""Seconds from there in which a browser that missed our last flight asks for it again; then DTLS is let go."""
MAX_PEERS = 10_000
MAX_MEMBER = 0xFFFFFFFF
"""A member's number is a CSRC."""


class Registry:
    """The rooms and connections.

    `report` takes what the web side must know; `candidates` is where browsers reach us, `streams` where by TCP;
    `hearing` makes what sends a slot's packets, `fan_out` is its name; `keep` is given every packet that a room
    accepts, `share` those of our own members that it relays; `joins` is how long offers took until they were connected;
    `routes` are the other processes that carry a room with us.
    """

    def __init__(
        self,
        sfu: str,
        candidates: tuple[tuple[str, int], ...],
        report: Callable[[Report], None],
        counters: Counters,
        hearing: Callable[[], Hearing] = Hearing,
        keep: Keep = forget,
        streams: tuple[tuple[str, int], ...] = (),
        share: Share = alone,
    ) -> None:
        self.rooms = Rooms(partial(_room, counters=counters, hearing=hearing, keep=keep, share=share))
        self.connections = Connections()
        self.joins = Timing()
        self._sfu = sfu
        self._epoch = secrets.token_hex(8)
        self._candidates, self._streams = candidates, streams
        self._report = report
        self._counters = counters
        self.routes = Routes(sfu, X25519PrivateKey.generate(), secrets.token_bytes)
        self.fan_out = hearing().fan_out
        self._draining = False
        self._settled, self._trim = False, trimmer()
        self._identity = Identity.generateCertificate()
        self._departures = Departures(sfu, self.connections, report, counters)

    def take(self, order: Order) -> None:
        """Nothing: `order` is carried out; an offer's answer or refusal is reported."""
        match order:
            case Wanted():
                self._want(order)
            case Offer():
                self._offer(order)
            case Drop():
                self._drop(order)
            case Ice():
                self._ice(order)
            case Spread():
                self._spread(order)
            case Elsewhere():
                self._move(order)

    def alive(self) -> Alive:
        """The report that this process lives, and which rooms it holds."""
        rooms = self.rooms.held()
        spreads = {name: turn for name in rooms if (turn := self.routes.turn(name)) is not None}
        draining, key, talking = self._draining, self.routes.public, self.rooms.talking(time.monotonic())
        peers = len(self.connections)
        return Alive(self._sfu, self._epoch, peers, draining, rooms, self.fan_out, key, spreads, talking)

    def present(self) -> list[Present]:
        """The reports that say of whom there are connections."""
        return [Present(self._sfu, rooms) for rooms in self.rooms.present()]

    def _want(self, wanted: Wanted) -> Room:
        """The room, as `wanted` unless it knew better."""
        room = self.rooms.take(wanted)
        self._departures.take(room.want(wanted, time.monotonic()))
        if not room.wanted.live:
            self.routes.forget(wanted.room)
        self.rooms.tidy()
        return room

    def _drop(self, order: Drop) -> None:
        self.rooms.drop(order)
        if room := self.rooms.get(order.room):
            self._departures.take(room.drop(order.member, order.visit))

    def _spread(self, order: Spread) -> None:
        try:
            left = self.routes.take(order)
        except Refused as refused:
            self._counters[refused.code] += 1
            return
        if room := self.rooms.get(order.room):
            room.lose(left, time.monotonic())

    def _move(self, order: Elsewhere) -> None:
        if room := self.rooms.get(order.room):
            self._departures.take(room.move(order.member, order.peer, time.monotonic()))

    def _offer(self, order: Offer) -> None:
        try:
            connection = self.connections.get(order.peer) or self._open(order)
        except Refused as refused:
            self._report(Rejected(self._sfu, order.request, order.peer, refused.code))
            return
        self._report(Answer(self._sfu, order.request, order.peer, connection.answer))

    def _ice(self, order: Ice) -> None:
        connection = self.connections.get(order.peer)
        if connection is None:
            self._report(Rejected(self._sfu, order.request, order.peer, Code.MEMBER_ABSENT))
            return
        if order.anew:
            anew = replace(connection.local, ufrag=secrets.token_hex(8), password=secrets.token_hex(16))
            self.connections.rename(connection, anew)
        fragment = answers.fragment(connection.offer, connection.local)
        self._report(Answer(self._sfu, order.request, order.peer, fragment))

    def _open(self, order: Offer) -> Connection:
        """The new connection that `order` asks for. Raises `Refused`."""
        room = self._want(order.wanted)
        self._check(room.wanted, order)
        offer = offers.parse(order.sdp, listen=order.listen)
        local = answers.Local(
            session=secrets.randbits(62),
            ufrag=secrets.token_hex(8),
            password=secrets.token_hex(16),
            fingerprint=self._identity.fingerprint,
            candidates=self._candidates,
            ssrcs=room.ssrcs,
            streams=self._streams,
        )
        now = time.monotonic()
        connection = Connection(
            id=order.peer,
            room=room,
            local=local,
            offer=offer,
            answer=answers.answer(offer, local),
            listener=Listener(order.member, offer.shapes),
            visit=order.visit,
            hop=order.hop,
            opened=now,
            seen=now,
            peer=Peer(self._identity),
        )
        self._departures.take(room.add(connection))
        self.connections.add(connection)
        return connection

    def _check(self, wanted: Wanted, order: Offer) -> None:
        if self._draining:
            raise Refused(Code.DRAINING)
        if not 0 <= order.member <= MAX_MEMBER:
            raise Refused(Code.MESSAGE_INVALID)
        if not wanted.live:
            raise Refused(Code.ROOM_NOT_LIVE)
        went = self.rooms.went(wanted.room, order.member, order.visit)
        if order.member in wanted.absent or went:
            raise Refused(Code.MEMBER_ABSENT)
        if len(self.connections) >= MAX_PEERS:
            raise Refused(Code.FULL)

    def greet(self, connection: Connection) -> None:
        """Nothing: the handshake runs from now on, if it does not yet, and the web side knows of one who moved.

        Call it whenever the peer's address was checked.
        """
        if connection.handshake is None:
            connection.handshake = asyncio.create_task(self._shake(connection))
        elif connection.strays():
            self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        """Nothing: the web side knows that media flows, and from where."""
        connection.told, connection.told_at = connection.place, connection.seen
        room, whose = connection.room.wanted.room, connection.member
        self._report(Connected(self._sfu, room, whose, connection.id, *connection.path()))

    async def _shake(self, connection: Connection) -> None:
        offer = connection.offer
        try:
            async with asyncio.timeout(HANDSHAKE):
                done = await connection.peer.handshake(
                    client=offer.setup == "active",
                    fingerprints=offer.fingerprints,
                    send=lambda data: connection.send(data, self._counters),
                    left=lambda: self._departures.take([Ended(connection, "left")]),
                )
        except TimeoutError:
            done = False
        if connection not in self.connections:
            return
        if not done:
            self._departures.take([Ended(connection, "failed")])
            return
        self.joins.note(time.monotonic() - connection.opened)
        self._departures.take(connection.room.connect(connection))
        self._tell(connection)
        await asyncio.sleep(SETTLED)
        await connection.peer.settle()
        self._settled = True

    def tick(self, now: float) -> None:
        """Nothing: peers that sent no checked STUN request for 30 s are gone. Call it about once a second.

        What those held who were connected a while ago goes back to the system.
        """
        if self._settled:
            self._settled = False
            self._trim()
        late = self.connections.late(now)
        self._departures.take([Ended(one, "timeout" if one.doubted is None else "left") for one in late])

    def retire(self) -> None:
        """Nothing: offers are refused from now on, and the web side knows, so that it moves everybody elsewhere."""
        self._draining = True
        self._report(self.alive())

    async def drain(self) -> None:
        """Nothing, once every connection is closed. Call it after `retire`."""
        await self._departures.over()


def _room(wanted: Wanted, counters: Counters, hearing: Callable[[], Hearing], keep: Keep, share: Share) -> Room:
    """A new room, whose streams begin at numbers that nobody can guess."""
    ssrcs = tuple(secrets.randbits(32) for _ in range(SLOTS))
    return Room(wanted, ssrcs, secrets.randbits(16), secrets.randbits(32), counters, hearing, keep, share)
