"""The relay's figures: one media process, 900 listeners, orders straight over Redis."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from benchmarks import meters, packets
from benchmarks.figures import Figure
from benchmarks.light import Client
from benchmarks.room import Room, background, keep, talk
from rooms.sfu.heap import still
from rooms.sfu.messages import Gone
from rooms.sfu.registry import SETTLED

LISTENERS = 900
BLOCK = 100
SAMPLE_EVERY = 45
WARM_UP = 2
TALK = 20
IDLE = 60
_AT_ONCE = 20
_SPEAKER = 1_000_000


@dataclass(frozen=True, slots=True)
class Talk:
    """What one steady stretch of talk gave: packets sent, delivered to each listener, CPU, and the delays."""

    sent: int
    delivered: list[int]
    breaks: list[str]
    cpu: float
    delays: list[float]

    @property
    def lost(self) -> int:
        """Packets that were sent while all listened and reached not every listener."""
        return sum(max(0, self.sent - count) for count in self.delivered)

    @property
    def cost(self) -> float:
        """CPU us of the media server per packet that reached a listener."""
        return self.cpu / sum(self.delivered) * 1e6


async def measure(
    room: Room, pid: int, fan_out: str, *, listeners: int = LISTENERS, idle: float = IDLE
) -> AsyncIterator[Figure]:
    """Every figure of the relay, from an empty `room` at the media process `pid`, which sends by `fan_out`."""
    async with background(keep(room.clients)):
        empty = meters.memory(pid)
        joins = [await _joins(room, pid, start) async for start in _blocks(listeners)]
        await asyncio.sleep(SETTLED + 2)
        full = meters.memory(pid)
        for figure in _join_figures(joins, meters.handshake_cost(room.identity)):
            yield figure
        yield Figure("SFU memory per listener", (full - empty) / listeners / 1024, "KB", 60)
        yield Figure(f"{listeners} listeners idle for {idle:g} s", await idle_cost(pid, idle), "% of a core", 5)
        for figure in await _talk_figures(room, pid, fan_out):
            yield figure


async def compare(room: Room, pid: int, fan_out: str, *, listeners: int = LISTENERS) -> AsyncIterator[Figure]:
    """The figures of talk alone, as `measure` gives them but for their goals: nobody must reach those this way."""
    async with background(keep(room.clients)):
        async for start in _blocks(listeners):
            await _joins(room, pid, start)
        for figure in await _talk_figures(room, pid, fan_out):
            yield replace(figure, goal=None)


async def _blocks(listeners: int) -> AsyncIterator[range]:
    for start in range(0, listeners, BLOCK):
        yield range(start, min(start + BLOCK, listeners))
        await asyncio.sleep(1)  # so that one block's leftovers are not in the next one's bill


async def _joins(room: Room, pid: int, members: range) -> float:
    """CPU ms of the media process per join of `members`."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join(member: int) -> None:
        async with gate:
            client = await room.join(member)
            if not _sampled(member):
                client.drop_rtp()

    before = meters.cpu(pid)
    await asyncio.gather(*(join(member) for member in members))
    return (meters.cpu(pid) - before) / len(members) * 1000


def _sampled(member: int) -> bool:
    """Whether this listener opens every packet; the others let the kernel drop and count them."""
    return member < _SPEAKER and member % SAMPLE_EVERY == 0


def _join_figures(joins: list[float], floor: float) -> list[Figure]:
    return [
        Figure(f"SFU CPU per join, mean of {len(joins) * BLOCK}", mean(joins), "ms", 2.5),
        Figure(f"SFU CPU per join, listeners 1 to {BLOCK}", joins[0], "ms"),
        Figure(f"SFU CPU per join, last {BLOCK} of {len(joins) * BLOCK}", joins[-1], "ms", 2.5),
        Figure("a bare DTLS handshake here, one side", floor, "ms"),
        Figure("join / bare handshake", mean(joins) / floor, "x"),
        Figure("a join in the last third of the room / in its first", _growth(joins), "x", 1.25),
    ]


def _growth(joins: list[float]) -> float:
    """How much dearer the last third is than the first; the first hundred also pays for what is done once."""
    third = -(-len(joins) // 3)
    return mean(joins[-third:]) / mean(joins[1 : 1 + third])


async def idle_cost(pid: int, seconds: float) -> float:
    """CPU of the media process in % of a core while nobody speaks."""
    before = meters.cpu(pid)
    await asyncio.sleep(seconds)
    return (meters.cpu(pid) - before) / seconds * 100


async def _talk_figures(room: Room, pid: int, fan_out: str) -> list[Figure]:
    listeners = list(room.clients.values())
    before = _floor(listeners)
    spoken = await _talk(room, pid, listeners)
    floor = mean((before, _floor(listeners)))
    figures = [
        Figure(f"SFU CPU per relayed packet, {len(listeners)} listeners", spoken.cost, "us", 13),
        Figure("a bare sendto and protect here, from Python", floor, "us"),
        Figure("relayed packet / bare sendto and protect", spoken.cost / floor, "x"),
        Figure("packets relayed", sum(spoken.delivered), ""),
        Figure("packets lost", spoken.lost, "", 0),
        Figure("listeners who lost more than half", sum(count < spoken.sent / 2 for count in spoken.delivered), "", 0),
        Figure("connections that ended by themselves", len(room.desk.pile(Gone)), "", 0),
        Figure("breaks of sequence or time in the sample", len(spoken.breaks), "", 0),
        Figure("delay, p50", meters.percentile(spoken.delays, 0.5), "ms"),
        Figure("delay, p99", meters.percentile(spoken.delays, 0.99), "ms", 10),
    ]
    return [replace(figure, name=f"{figure.name}, {fan_out}") for figure in figures]


def _floor(listeners: list[Client]) -> float:
    """CPU us that a packet costs on this machine, at this moment, whoever relays it in Python."""
    return meters.send_cost(listeners) + meters.protect_cost()


async def _talk(room: Room, pid: int, listeners: list[Client]) -> Talk:
    """One speaker at 50 packets/s, heard by everybody, over `TALK` seconds."""
    speaker = await room.join(_SPEAKER)
    await room.want(speak=(_SPEAKER,))
    voice = packets.Voice(speaker.local.ssrc, speaker.remote)
    sample = [client for member, client in room.clients.items() if _sampled(member)]
    await talk(speaker, voice, range(int(WARM_UP / packets.INTERVAL)))
    return await stretch([(speaker, voice)], pid, listeners, sample, TALK)


async def stretch(
    speakers: Sequence[tuple[Client, packets.Voice]],
    pid: int,
    listeners: list[Client],
    sample: list[Client],
    seconds: float,
) -> Talk:
    """As many seconds in which all `speakers` talk; of `listeners` those in `sample` open what they get."""
    heard: list[list[packets.Packet]] = []
    for client in sample:
        heard.append([])
        client.heard = heard[-1].append
    still()  # or our own collector holds up the speakers, who then say several packets at once
    silent = [client.socket for client in listeners if client.heard is None]
    await asyncio.sleep(0.2)
    for packets_of_one in heard:
        packets_of_one.clear()
    before, cpu, frames = meters.dropped(silent), meters.cpu(pid), int(seconds / packets.INTERVAL)
    await asyncio.gather(*(talk(speaker, voice, range(frames)) for speaker, voice in speakers))
    await asyncio.sleep(0.2)
    cpu = meters.cpu(pid) - cpu
    counts = [after - first for first, after in zip(before, meters.dropped(silent), strict=True)]
    return Talk(
        sent=frames,
        delivered=counts + [len(one) for one in heard],
        breaks=[words for one in heard for words in packets.breaks(one)],
        cpu=cpu,
        delays=[packet.delay for one in heard for packet in one],
    )
