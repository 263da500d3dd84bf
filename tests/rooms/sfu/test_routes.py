"""Contract of `rooms.sfu.routes`: what we must hear, and what travels to whom, as the newest order says."""

from dataclasses import replace
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from rooms.sfu import routes as module
from rooms.sfu.envelope import close
from rooms.sfu.messages import Spread
from rooms.sfu.parcels import Parcel
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.routes import Arrival, Routes, audio_channel

KEY, NEXT = bytes(range(32)), bytes(range(1, 33))
GONE = Parcel(1, 100, None)
A, B, C = "node-0", "node-1", "node-2"


def routes(sfu: str, start: int = 1) -> Routes:
    numbers = count(start)
    private = X25519PrivateKey.from_private_bytes(bytes([start]) * 32)
    return Routes(sfu, private, lambda size: next(numbers).to_bytes(size, "big"))


def spread(to: Routes, turn: int, *carriers: str, key: bytes = KEY, room: str = "room") -> tuple[str, ...]:
    return to.take(close(Spread(room, turn, carriers, ""), key, to.public, X25519PrivateKey.generate()))


@pytest.fixture
def here() -> Routes:
    made = routes(A)
    spread(made, 1, A, B)
    return made


@pytest.fixture
def there() -> Routes:
    made = routes(B, 100)
    spread(made, 1, A, B)
    return made


def sent(out: Routes, room: str = "room") -> tuple[str, bytes]:
    closed = out.close(room, GONE)
    assert closed
    return closed


def test_what_one_process_closes_the_other_opens(here: Routes, there: Routes) -> None:
    assert there.open(*sent(here)) == Arrival("room", A, GONE, 0)
    assert here.open(*sent(there)) == Arrival("room", B, GONE, 0)


def test_we_hear_every_other_process_of_the_room_and_not_ourselves(here: Routes) -> None:
    spread(here, 2, A, B, C)
    assert set(here.channels) == {audio_channel("room", B), audio_channel("room", C)}


def test_nothing_travels_from_a_room_that_one_process_carries(here: Routes) -> None:
    assert here.travels("room")
    assert spread(here, 2, A) == (B,)
    assert not here.travels("room")
    assert (here.close("room", GONE), here.close("unknown", GONE), here.channels) == (None, None, {})


def test_one_that_is_not_named_carries_nothing_more(here: Routes) -> None:
    assert spread(here, 2, B, C) == (B,)
    assert (here.travels("room"), here.channels, here.turn("room")) == (False, {}, 2)


def test_an_order_that_is_not_newer_is_ignored(here: Routes) -> None:
    assert spread(here, 1, A, C) == spread(here, 0, A) == ()
    assert here.channels == {audio_channel("room", B): ("room", B)}


def test_an_order_closed_for_another_is_refused_and_nothing_changed(here: Routes, there: Routes) -> None:
    order = close(Spread("room", 2, (A, C), ""), KEY, there.public, X25519PrivateKey.generate())
    with pytest.raises(Refused) as caught:
        here.take(order)
    assert caught.value.code is Code.FORGED
    assert (here.turn("room"), here.channels) == (1, {audio_channel("room", B): ("room", B)})


def test_who_stays_is_heard_without_a_gap_while_the_set_changes(here: Routes, there: Routes) -> None:
    there.open(*sent(here))
    old = sent(here)
    spread(here, 2, A, B, C)
    assert there.open(*old).missed == 0
    assert there.open(*sent(here)).missed == 0
    spread(there, 2, A, B, C)
    assert there.open(*sent(here)).missed == 0
    with pytest.raises(Refused):
        there.open(*old)


def test_another_key_ends_what_the_old_one_opened(here: Routes, there: Routes) -> None:
    old = sent(here)
    spread(there, 2, A, B, key=NEXT)
    with pytest.raises(Refused) as caught:
        there.open(*old)
    assert caught.value.code is Code.FORGED
    spread(here, 2, A, B, key=NEXT)
    assert there.open(*sent(here)) == Arrival("room", A, GONE, 0)


def test_a_parcel_by_a_channel_that_is_not_ours_to_hear_is_refused(here: Routes, there: Routes) -> None:
    with pytest.raises(Refused) as caught:
        there.open(audio_channel("room", C), sent(here)[1])
    assert caught.value.code is Code.PARCEL_INVALID


def test_one_process_cannot_speak_for_another(there: Routes) -> None:
    third = routes(C, 200)
    spread(third, 1, B, C)
    with pytest.raises(Refused) as caught:
        there.open(audio_channel("room", A), sent(third)[1])
    assert caught.value.code is Code.FORGED


def test_a_parcel_of_one_room_opens_in_no_other(here: Routes, there: Routes) -> None:
    spread(there, 1, A, B, key=NEXT, room="other")
    with pytest.raises(Refused) as caught:
        there.open(audio_channel("other", A), sent(here)[1])
    assert caught.value.code is Code.FORGED


def test_a_key_is_never_used_again_with_the_same_numbers_after_a_room_was_forgotten(here: Routes) -> None:
    before = sent(here)
    here.forget("room")
    assert (here.turn("room"), here.channels) == (None, {})
    spread(here, 1, A, B)
    assert sent(here)[1][1:9] != before[1][1:9]


def test_only_so_many_rooms_are_remembered(here: Routes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROUTES", 2)
    for room in ("second", "third"):
        spread(here, 1, A, B, room=room)
    assert [here.turn(room) for room in ("room", "second", "third")] == [None, 1, 1]
    assert set(here.channels.values()) == {("second", B), ("third", B)}


def test_the_public_key_is_the_one_that_orders_are_closed_for(here: Routes) -> None:
    assert len(bytes.fromhex(here.public)) == 32
    order = close(Spread("room", 9, (A, B), ""), KEY, here.public, X25519PrivateKey.generate())
    here.take(replace(order))
    assert here.turn("room") == 9
