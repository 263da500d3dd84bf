"""Two machines on one: network namespaces, each with an address in the world and one inside a network of their own."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import veth

WORLD, INSIDE = "203.0.113", "10.0.0"
BRIDGES = {"world": f"{WORLD}.1/24", "inside": f"{INSIDE}.254/24"}
"""Where we are ourselves, a third machine: all that browsers do comes from there."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Its addresses, and the words before a command that is to run there. Its line inside can be cut."""

    world: str
    inside: str
    before: tuple[str, ...]
    line: str

    def received(self) -> int:
        """How many bytes have come to it over that line, Ethernet's own included."""
        ours = next(line for line in Path("/proc/net/dev").read_text().splitlines() if f"{self.line}:" in line)
        return int(ours.split()[9])  # what our end of it has sent

    def cut(self) -> None:
        """Nothing: nobody inside reaches it, and it reaches nobody."""
        veth.run(f"ip link set {self.line} down")

    def mend(self) -> None:
        """Nothing: its line is as it was."""
        veth.run(f"ip link set {self.line} up")


@contextmanager
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines at the addresses of `docs/operations.md`, joined by bridges. Raises `OSError` where it may not."""
    with veth.empty(), ExitStack() as stack:
        veth.run("ip link set lo up")
        for bridge, address in BRIDGES.items():
            veth.run(f"ip link add {bridge} type bridge")
            veth.run(f"ip addr add {address} dev {bridge}")
            veth.run(f"ip link set {bridge} up")
        veth.run("ip route add default dev world")
        yield stack.enter_context(_machine(0)), stack.enter_context(_machine(1))


@contextmanager
def _machine(number: int) -> Iterator[Machine]:
    """It lasts as long as the process that waits in it, which ends with us."""
    world, inside = f"{WORLD}.{10 + number}", f"{INSIDE}.{1 + number}"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, preexec_fn=veth.leave) as there:
        before = ("nsenter", f"--net=/proc/{there.pid}/ns/net", "--")
        for bridge, address in (("world", world), ("inside", inside)):
            veth.run(f"ip link add {bridge}{number} type veth peer name {bridge} netns {there.pid}")
            veth.run(f"ip link set {bridge}{number} master {bridge} up")
            veth.run(f"{' '.join(before)} ip addr add {address}/24 dev {bridge}")
            veth.run(f"{' '.join(before)} ip link set {bridge} up")
        veth.run(f"{' '.join(before)} ip link set lo up")
        yield Machine(world, inside, before, f"inside{number}")
