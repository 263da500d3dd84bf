"""`python docs/role_diagram.py` writes the role table and its diagram into docs/protocol.md; a test says when to."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rooms.roles import OUT, RANKS, ROOM, STAGES, Rank  # the path above comes first

PAGE = Path(__file__).with_name("protocol.md")
BEGIN, END = "<!-- role table: begin -->\n", "<!-- role table: end -->\n"


def written(page: str) -> str:
    """The page with the table and diagram as `rooms/roles.py` has them now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(f"{line}\n" for line in _lines()) + END + after


def _lines() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> audience"
    for (stage, move), (following, who) in STAGES.items():
        yield f"    {stage} --> {following}: {move} ({who.value})"
    yield "```"
    yield ""
    yield "| move | from | to | who may |"
    yield "| --- | --- | --- | --- |"
    for (stage, move), (following, who) in STAGES.items():
        yield f"| `{move}` | {stage} | {following} | {who.value} |"
    for (rank, move), (higher, who) in RANKS.items():
        yield f"| `{move}` | {rank.name.lower()} | {higher.name.lower()} | {who.value} |"
    for move, who in OUT.items():
        yield f"| `{move}` | anywhere | out of the room | {who.value} |"
    for move, least in ROOM.items():
        who = "the host" if least is Rank.HOST else "a moderator or the host"
        yield f"| `{move}` | the room | | {who} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
