"""The media process: datagrams and orders in, datagrams and reports out."""

import asyncio
import itertools
import logging
import secrets
import signal
import time
from dataclasses import replace
from socket import SOCK_STREAM
from typing import Any

from rooms.sfu import accelerator, ice, quality, red, rtcp, rtp
from rooms.sfu.bridge import Bridge
from rooms.sfu.connection import Connection
from rooms.sfu.counters import HARMLESS, Count, Counters
from rooms.sfu.link import Link
from rooms.sfu.messages import Figures, Freeze, Line, Order, Report
from rooms.sfu.parcels import Parcel
from rooms.sfu.peer import MAX_DATAGRAM
from rooms.sfu.ports import Port, advertised, open_ports
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.registry import Registry
from rooms.sfu.ring import Rings
from rooms.sfu.room import forget
from rooms.sfu.routes import Arrival
from rooms.sfu.settings import SettingError, Settings
from rooms.sfu.streams import Streams
from rooms.sfu.strikes import Strikes
from rooms.sfu.timing import Timing
from rooms.sfu.turns import Turns
from rooms.sfu.vault import Vault

BATCH = 64
"""Datagrams read from one socket before the loop looks at the others."""
ALIVE_EVERY = 2.0
PRESENT_EVERY = 5
"""Signs of life between two reports of whom there are connections."""
TICK = 1.0
LOOK_EVERY = 0.05
LEAVING = 20.0
"""Seconds from SIGTERM until those who are still here are closed, at most."""
STALLED = 3.0
"""Seconds without anybody who moved after which nobody will."""
DEADLINE = 5.0
"""Seconds from then to the end of the process, at most."""

_log = logging.getLogger(__name__)


class Server:
    """The sockets of one media process and everything behind them."""

    def __init__(self, settings: Settings) -> None:
        self.counters: Counters = Counters()
        self._sfu = settings.sfu
        self._relayed, self._lag = Timing(), Timing()
        self._strikes = Strikes(), Strikes()  # by UDP, where a source can be forged, and by TCP
        self.ports = open_ports(settings.hosts, settings.port)
        self.streams = Streams(_listening(settings), self.counters)
        candidates, passive = (advertised(ports, settings.public) for ports in (self.ports, self.streams.ports))
        hearing = accelerator.hearing()
        self._rings = Rings(secrets.token_bytes(32))
        keep = self._rings.keep if settings.ring else forget
        self.registry = Registry(
            settings.sfu, candidates, self._report, self.counters, hearing, keep, passive, self._share
        )
        self._turns = Turns(self.registry.connections, self.counters)
        self._bridge = Bridge(settings.redis_url, self.registry.routes, self._arrived, self.counters)
        self._vault = Vault(settings.sfu, self._rings, settings.evidence, self._report, self.counters)
        self._link = Link(settings.redis_url, settings.sfu, self._take, self.registry.alive, self.counters)

    def _take(self, order: Order) -> None:
        if isinstance(order, Freeze):
            self._vault.take(order)
        else:
            self.registry.take(order)
            self._bridge.follow()

    def _share(self, room: str, parcel: Parcel) -> None:
        self._bridge.send(room, parcel)

    def _arrived(self, arrival: Arrival) -> None:
        now = time.monotonic()
        room = self.registry.rooms.get(arrival.room)
        if room:
            room.overhear(arrival.sfu, arrival.parcel, now, time.time())
        self._relayed.note(time.monotonic() - now)

    def _report(self, report: Report) -> None:
        self._link.send(report)

    async def run(self) -> None:
        """Nothing, once SIGTERM or SIGINT came and everybody was told.

        A mistake of ours in the work behind ends the process too, by raising what happened: a process that takes no
        orders any more could not mute anybody.
        """
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        for port in self.ports:
            loop.add_reader(port.socket, self._readable, port)
        self.streams.start(self.receive)
        jobs = stop.wait(), self._link.run(), self._bridge.run(), self._beat(), self._age()
        work = [asyncio.create_task(one) for one in jobs]
        done, others = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        self.registry.retire()
        if stop.is_set():
            await self._moved()
        await self._drain()
        for task in others:
            task.cancel()
        for port in self.ports:
            loop.remove_reader(port.socket)
            port.socket.close()
        self.streams.close()
        for task in done:
            task.result()

    async def _moved(self) -> None:
        """Nothing, once everybody went to another process, or nobody does any more; sound goes on meanwhile."""
        clock, peers = asyncio.get_running_loop().time, self.registry.alive().peers
        told = moved = clock()
        while peers and clock() < min(told + LEAVING, moved + STALLED) and self._link.heard:
            await asyncio.sleep(LOOK_EVERY)
            left = self.registry.alive().peers
            if left < peers:
                peers, moved = left, clock()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                await self._vault.done()
                await self.registry.drain()
                await self._link.flushed()
        except TimeoutError:
            _log.warning("drain_cut_short")

    async def _beat(self) -> None:
        for beat in itertools.count():
            await asyncio.sleep(ALIVE_EVERY)
            self._link.greet(self._figures(), *(self.registry.present() if beat % PRESENT_EVERY == 0 else ()))

    def _figures(self) -> Figures:
        counts = {str(name): self.counters[name] for name in sorted(HARMLESS)}
        counts["peers"] = self.registry.alive().peers
        counts["cpu_ms"] = round(time.process_time() * 1000)
        counts["accelerated"] = int(self.registry.fan_out == accelerator.Crowd.fan_out)
        drops = {str(name): number for name, number in self.counters.items() if name not in HARMLESS}
        drops[str(Count.RECEIVE_OVERFLOW)] = sum(port.overflowed() for port in self.ports)
        relay, joins, lag = (timing.told() for timing in (self._relayed, self.registry.joins, self._lag))
        return Figures(self._sfu, counts, drops, relay, joins, lag)

    async def _age(self) -> None:
        while True:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self._lag.note(max(0.0, now - due))
            for strikes in self._strikes:
                strikes.clear()
            self.registry.tick(now)
            self.streams.tick(now)
            self._rings.tick(now)

    def _readable(self, port: Port) -> None:
        receive = port.socket.recvfrom
        for _ in range(BATCH):
            try:
                data, address = receive(MAX_DATAGRAM + 1)
            except BlockingIOError:
                return
            except OSError:
                self.counters[Count.RECEIVE_FAILED] += 1
                return
            try:
                self.receive(port, data, address)
            except Refused as refused:
                self.counters[refused.code] += 1

    def receive(self, port: Port, data: bytes, address: Any) -> None:
        """Nothing: the datagram went to whom it is for, or was counted. Raises `Refused` for what is malformed.

        The first byte tells what it is (RFC 7983 section 7).
        """
        if not 2 <= len(data) <= MAX_DATAGRAM:
            self.counters[Count.BAD_SIZE] += 1
            return
        self.counters[Count.RECEIVED] += 1
        self.counters[Count.RECEIVED_BYTES] += len(data)
        first = data[0]
        if first < 4:
            self._stun(port, data, address)
            return
        connection = port.known.get(address)
        if connection is None:
            self.counters[Count.UNKNOWN_SOURCE] += 1
        elif 128 <= first <= 191:
            self._media(connection, data)
        elif 20 <= first <= 63:
            self._turns.put(connection, data)
        else:
            self.counters[Count.UNKNOWN_KIND] += 1

    def _stun(self, port: Port, data: bytes, address: Any) -> None:
        """Nothing: the check was answered. An address that asked in vain too often is heard only where it is known."""
        now, holder = time.monotonic(), port.known.get(address)
        if holder and (answer := holder.repeated(port, address, data, now)):
            self._agree(holder, port, address, answer)
            return
        strikes = self._strikes[port.stream]
        if strikes.out(address[0]) and holder is None:
            self.counters[Count.TOO_VAIN] += 1
            return
        try:
            request, connection = self._asked(data)
        except Refused:
            strikes.add(address[0])
            raise
        if holder is not None and holder is not connection and holder.holds(port, address, now):
            self.counters[Count.ADDRESS_TAKEN] += 1
            return
        moved = connection.checked(port, address, nominated=request.nominated, now=now)
        if moved and connection.handshake:
            self.counters[Count.ADDRESS_MOVES] += 1
        asked = request, address[0], address[1], connection.local.password
        if connection.place == (port, address):
            connection.routine = ice.Routine(data, *asked)
        self._agree(connection, port, address, ice.answer(*asked))

    def _agree(self, connection: Connection, port: Port, address: Any, answer: bytes) -> None:
        port.send(answer, address, self.counters)
        self.registry.greet(connection)

    def _asked(self, data: bytes) -> tuple[ice.Request, Connection]:
        """The checked request, and whose it is. Raises `Refused`: STUN_INVALID, STUN_UNKNOWN or STUN_FORGED."""
        request = ice.parse(data)
        connection = self.registry.connections.named(request.user)
        if connection is None:
            raise Refused(Code.STUN_UNKNOWN)
        ice.check(request, connection.local.password)
        return request, connection

    def _media(self, connection: Connection, data: bytes) -> None:
        if not connection.connected:
            self.counters[Count.EARLY] += 1
        elif rtp.is_rtcp(data):
            blocks = rtcp.parse(connection.peer.open_rtcp(data))
            self.counters[Count.RECEIVER_REPORTS] += len(blocks)
            connection.room.reported(connection, blocks)
            self._look(connection, blocks, sending=False)
        else:
            self._speech(connection, connection.peer.open(data))

    def _look(self, connection: Connection, blocks: list[rtcp.Block], *, sending: bool) -> None:
        """Nothing: the hosts are told where the member's line turned weak by this report, or well."""
        if not blocks:
            return
        line, now = connection.sending if sending else connection.hearing, quality.reading(blocks, time.time())
        if line.take(now, time.monotonic()):
            room = connection.room.wanted.room
            self._report(Line(self._sfu, room, connection.member, sending, line.weak, now.lost, now.jitter, now.trip))

    def _speech(self, connection: Connection, data: bytes) -> None:
        microphone = connection.offer.shape
        if microphone is None:
            self.counters[Count.NOT_ALLOWED] += 1
            return
        packet = rtp.parse(data, microphone.level_id)
        if packet.payload_type == microphone.red_type:
            payload, copies = red.parse(packet.payload, microphone.payload_type)
            packet = replace(packet, payload=payload, copies=copies)
        elif packet.payload_type != microphone.payload_type:
            self.counters[Count.NOT_OPUS] += 1
            return
        now = time.monotonic()
        block = connection.note(packet, now, self.counters)
        if block:
            self._look(connection, [block], sending=True)
        connection.room.push(connection.member, packet, now, time.time(), connection.hop)
        self._relayed.note(time.monotonic() - now)


def _listening(settings: Settings) -> list[Port]:
    """The sockets that TCP connections come in by. Raises `SettingError`."""
    try:
        return open_ports(settings.hosts, settings.tcp, SOCK_STREAM)
    except OSError as error:
        raise SettingError("STOA_TCP_PORT", f"cannot be used: {error.strerror}") from error
