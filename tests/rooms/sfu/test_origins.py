"""Contract of `rooms.sfu.origins`: a member is heard from the newest connection, whichever process has it."""

from rooms.sfu.origins import PAUSE, Origins

ALICE, BOB = 1, 2


def test_a_newer_connection_is_followed_at_once_and_the_older_one_not_any_more() -> None:
    origins = Origins()
    assert origins.heard(ALICE, 100, "node-0", 0.0)
    assert origins.heard(ALICE, 200, "node-1", 0.01)
    assert not origins.heard(ALICE, 100, "node-0", 0.02)
    assert origins.heard(ALICE, 200, "node-1", 0.03)


def test_an_older_one_counts_again_when_the_newer_has_been_silent_for_a_while() -> None:
    origins = Origins()
    origins.heard(ALICE, 200, "node-1", 0.0)
    assert not origins.heard(ALICE, 100, "node-0", PAUSE)
    assert origins.heard(ALICE, 100, "node-0", PAUSE + 0.01)


def test_the_newest_ends_in_silence_and_an_older_one_does_not() -> None:
    origins = Origins()
    origins.heard(ALICE, 200, "node-1", 0.0)
    assert not origins.leave(ALICE, 100)
    assert origins.leave(ALICE, 200)
    assert not origins.leave(ALICE, 200)


def test_one_who_moved_is_not_silent_when_the_connection_left_behind_ends() -> None:
    origins = Origins()
    origins.heard(ALICE, 100, "node-0", 0.0)
    origins.moves(ALICE, 100, 0.01)
    assert not origins.leave(ALICE, 100)
    assert not origins.heard(ALICE, 100, "node-0", 0.02)
    assert origins.heard(ALICE, 150, "node-1", 0.03)


def test_a_move_that_is_told_late_changes_nothing() -> None:
    origins = Origins()
    origins.heard(ALICE, 200, "node-1", 0.0)
    origins.moves(ALICE, 100, 0.01)
    assert origins.lose("node-1") == [ALICE]


def test_a_process_that_is_lost_takes_those_along_who_were_heard_by_it_and_they_may_come_back() -> None:
    origins = Origins()
    origins.heard(ALICE, 900, "node-1", 0.0)
    origins.heard(BOB, 100, "node-2", 0.0)
    assert origins.lose("node-1") == [ALICE]
    assert origins.lose("node-1") == []
    assert origins.heard(ALICE, 500, "node-2", 0.01)
