"""Contract of `rooms.sfu.stage`: the frames that go along once more are those of the same voice, and never too many."""

from typing import cast

from rooms.sfu.listener import Shape
from rooms.sfu.red import FEW, MANY, Copy
from rooms.sfu.stage import FRAME, Relay
from tests.rooms.sfu.hall import ALICE, CAROL, Room, Voice, said

OLDER, OLD = Copy(2 * FRAME, b"older"), Copy(FRAME, b"old")


def test_the_last_frames_that_were_relayed_go_along_again() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    for frame in (b"one", b"two", b"three", b"four"):
        alice.frame = frame
        room.say(alice)
    assert [packet.copies for packet in said(room, carol)] == [
        (),
        (Copy(FRAME, b"one"),),
        (Copy(2 * FRAME, b"one"), Copy(FRAME, b"two")),
        (Copy(2 * FRAME, b"two"), Copy(FRAME, b"three")),
    ]


def test_a_frame_that_never_came_is_taken_from_the_copy_that_the_next_packet_brought() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice)
    alice.packet()  # lost on the way in
    alice.copies = (Copy(FRAME, b"lost"),)
    room.say(alice)
    assert said(room, carol)[-1].copies == (Copy(2 * FRAME, b"voice"), Copy(FRAME, b"lost"))


def test_a_packet_that_came_late_is_no_copy_of_itself() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice, 2)
    late = alice.packet()
    room.say(alice)
    room.deliver([cast("Relay", room.stage.push(ALICE, late, room.now))])
    assert [copy.age for packet in said(room, carol) for copy in packet.copies] == [960, 1920, 960]


def test_nothing_from_before_a_silence_is_said_again_after_it() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice, 2)
    alice.timestamp += 9 * FRAME
    alice.copies = (Copy(10 * FRAME, b"voice"),)
    room.say(alice)
    assert said(room, carol)[-1].copies == ()


def test_copies_never_make_a_packet_too_long_nor_their_headers_too_small() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    for size in (500, 400, 700, 1100, 20):
        alice.frame = bytes(size)
        room.say(alice)
    sizes = [[len(copy.payload) for copy in packet.copies] for packet in said(room, carol)]
    assert sizes == [[], [500], [400], [], []]


def test_a_listener_is_sent_as_many_copies_as_he_needs_where_he_takes_red() -> None:
    room = Room(ALICE)
    carol = room.join(CAROL, (Shape(111, 1, 63), Shape(111, 1)))
    turned: list[tuple[int, int]] = []
    carol.turned = lambda slot, view: turned.append((slot, view.copies))
    assert [view.copies for view in carol.views] == [MANY, MANY]
    room.stage.repeat(carol, FEW)
    assert [view.copies for view in carol.views] == [FEW, MANY]
    assert turned == [(0, FEW)]


def test_what_was_said_before_one_might_speak_is_heard_from_no_copy() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    alice.copies = (OLDER, OLD)
    carol = room.join(CAROL)
    room.say(alice, 3)
    room.allow()
    room.say(alice)
    room.allow(ALICE)
    room.say(alice)
    assert said(room, carol)[-1].copies == ()
