"""`python -m rooms.sfu.build`: compiles `fanout.c` for this machine where it has a C compiler; Stoa runs without."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = tuple(Path(__file__).with_name(name) for name in ("fanout.c", "fanout.h"))
"""What is compiled, and what it includes; the Makefile names the same."""
FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra")


class BuildError(Exception):
    """It could not be compiled; the text is why, in a few words."""


def library() -> Path:
    """Where the compiled fan-out belongs: in this Python's own folder, under a name that changes with its sources."""
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in SOURCES)).hexdigest()[:16]
    return Path(sys.prefix, "lib", "stoa", f"fanout-{digest}.so")


def compiler() -> list[str]:
    """The C compiler's command: `CC` or what the system has. Raises `BuildError`."""
    if named := os.environ.get("CC"):
        return shlex.split(named)
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    raise BuildError("no C compiler (Debian: apt-get install gcc libc6-dev)")


def build(to: Path, *flags: str, source: Path | None = None) -> None:
    """Nothing: the library of `source`, the fan-out if none is named, is at `to`, whole or not at all.

    Raises `BuildError`.
    """
    command = compiler()
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to.parent) as folder:
            made = Path(folder, to.name)
            subprocess.run(  # noqa: S603  # the operator's own compiler, on our own file
                [*command, *FLAGS, *flags, "-o", str(made), str(source or SOURCES[0])],
                check=True,
                capture_output=True,
                text=True,
            )
            made.replace(to)
    except subprocess.CalledProcessError as failed:
        first = next((line for line in failed.stderr.splitlines() if "error" in line), f"status {failed.returncode}")
        raise BuildError(": ".join((command[0], first))) from failed
    except OSError as error:
        raise BuildError(str(error)) from error


def main() -> None:
    """Nothing: one line says how packets will be relayed. A machine without a compiler is no failure."""
    try:
        build(library())
    except BuildError as why:
        sys.stdout.write(f"Packets are relayed in plain Python: {why}.\n")
    else:
        sys.stdout.write("Packets are relayed by compiled code.\n")


if __name__ == "__main__":
    main()
