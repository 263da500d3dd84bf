"""Contract of `rooms.sfu.fields`: an object with exactly a dataclass's fields becomes one, and nothing else does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from rooms.sfu.fields import build


@dataclass(frozen=True, slots=True)
class Seat:
    row: int
    name: str


@dataclass(frozen=True, slots=True)
class Ticket:
    seat: Seat
    paid: bool
    days: tuple[int, ...]
    guests: tuple[str, ...]
    coats: Mapping[str, int]
    note: str = ""
    bags: Mapping[str, int] = field(default_factory=dict)


SEAT = {"row": 7, "name": "balcony"}
BODY: dict[str, Any] = {"seat": SEAT, "paid": True, "days": [1, 2], "guests": ["bob"], "coats": {"bob": 1}}
TICKET = Ticket(Seat(7, "balcony"), True, (1, 2), ("bob",), {"bob": 1})


def test_an_object_becomes_what_it_tells_of_lists_as_tuples_and_objects_within_too() -> None:
    assert build(Ticket, BODY | {"note": "late", "bags": {"bob": 2}}) == Ticket(
        **{**asdict(TICKET), "seat": TICKET.seat, "note": "late", "bags": {"bob": 2}}
    )


def test_what_an_older_version_did_not_say_has_its_default() -> None:
    assert build(Ticket, BODY) == TICKET


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        [],
        {},
        BODY | {"more": 1},
        {name: value for name, value in BODY.items() if name != "paid"},
        BODY | {"seat": None},
        BODY | {"seat": {"row": 7}},
        BODY | {"seat": SEAT | {"row": True}},
        BODY | {"seat": SEAT | {"row": 7.0}},
        BODY | {"seat": SEAT | {"row": "7"}},
        BODY | {"paid": 1},
        BODY | {"days": (1, 2)},
        BODY | {"days": [True]},
        BODY | {"days": [1.0]},
        BODY | {"guests": "bob"},
        BODY | {"guests": [1]},
        BODY | {"coats": [["bob", 1]]},
        BODY | {"coats": {"bob": "1"}},
        BODY | {"note": None},
    ],
)
def test_anything_else_is_refused(body: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # its words are for nobody: `messages` answers with a code
        build(Ticket, body)
