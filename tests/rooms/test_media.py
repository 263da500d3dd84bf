"""What a web process knows of the media processes."""

import asyncio
from typing import Any

import pytest

from rooms import media
from rooms.media import BACK_WITHIN, DEAD_AFTER, Media
from rooms.placement import Taker
from rooms.roles import Code, Refused
from rooms.sfu import messages
from rooms.sfu.messages import Alive, Answer, Connected, Gone, Rejected, Sealed


class Scene:
    """A `Media` and what it called."""

    def __init__(self) -> None:
        self.arrived: list[Alive] = []
        self.lost: list[tuple[str, str]] = []
        self.leaving: list[str] = []
        self.told: list[object] = []
        self.media = Media(
            self.arrived.append, lambda *who: self.lost.append(who), self.leaving.append, self.told.append
        )

    def alive(self, sfu: str, epoch: str = "e1", peers: int = 0, *, draining: bool = False) -> None:
        self.media.take(messages.dump(Alive(sfu, epoch, peers, draining, {}, "plain", f"key of {sfu}")))


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(media, "ANSWER_WITHIN", 0.05)
    return Scene()


class Clock:
    """The loop's time, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


async def refusal(wait: Any) -> Code:
    with pytest.raises(Refused) as caught:
        await wait
    return caught.value.code


async def test_those_that_take_connections_are_told_with_what_they_have(scene: Scene) -> None:
    scene.alive("a", peers=9)
    scene.alive("b", peers=2)
    scene.alive("c", peers=0, draining=True)
    assert await scene.media.taking() == (Taker("a", "e1", "key of a", 9), Taker("b", "e1", "key of b", 2))


async def test_what_was_placed_counts_until_the_media_process_counts_it_itself(scene: Scene) -> None:
    scene.alive("a", peers=1)
    scene.media.placed("a")
    scene.media.placed("nobody heard of it")
    assert [taker.peers for taker in await scene.media.taking()] == [2]
    scene.alive("a", peers=2)
    assert [taker.peers for taker in await scene.media.taking()] == [2]


async def test_with_no_media_process_or_none_that_takes_anybody_it_is_unavailable(scene: Scene) -> None:
    assert await refusal(scene.media.taking()) is Code.UNAVAILABLE
    scene.alive("a", draining=True)
    assert await refusal(scene.media.taking()) is Code.UNAVAILABLE


async def test_a_new_epoch_means_its_peers_are_gone(scene: Scene) -> None:
    scene.alive("a")
    scene.alive("a")
    assert scene.lost == []
    scene.alive("a", "e2")
    assert scene.lost == [("a", "e1")]


async def test_five_seconds_of_silence_mean_death_and_a_return_under_a_new_epoch_is_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    scene.alive("a")
    clock.now += DEAD_AFTER
    scene.media.tick(since=0)
    assert scene.lost == []
    clock.now += 0.1
    scene.media.tick(since=0)
    assert scene.lost == [("a", "e1")]
    scene.alive("a", "e2")
    assert scene.lost == [("a", "e1"), ("a", "e1")]


async def test_nobody_is_dead_because_redis_was_away(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    scene.alive("a")
    clock.now += 60
    scene.media.tick(since=clock.now - 1)
    assert scene.lost == []


async def test_who_was_killed_is_found_by_the_second_look_at_who_reads_orders(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    scene.alive("a")
    scene.alive("b")
    since = clock.now - 60
    scene.media.look({"b"}, since)
    assert scene.lost == []
    scene.media.look({"b"}, since)
    assert (scene.lost, scene.media.known) == ([("a", "e1")], ["b"])


async def test_a_word_between_two_looks_is_a_sign_of_life(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    for _ in range(3):
        scene.alive("a")
        scene.media.look((), clock.now - 60)
    assert scene.lost == []


async def test_nobody_is_looked_for_while_all_come_back_to_the_road(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    scene.alive("a")
    for _ in range(9):
        scene.media.look((), clock.now - BACK_WITHIN + 0.1)
    assert scene.lost == []


async def test_a_drain_moves_its_members_once_and_only_when_another_takes_them(scene: Scene) -> None:
    scene.alive("a", draining=True)
    assert scene.leaving == []
    scene.alive("b")
    assert scene.leaving == ["a"], "the other came later"
    scene.alive("a", draining=True)
    scene.alive("b", draining=True)
    assert scene.leaving == ["a"]
    scene.alive("c")
    assert scene.leaving == ["a", "b"]
    assert scene.lost == []


async def test_an_answer_reaches_whoever_asked(scene: Scene) -> None:
    scene.media.expect("r1")
    answer = Answer("a", "r1", "p1", "v=0")
    scene.media.take(messages.dump(answer))
    assert await scene.media.answer("r1") == answer
    scene.media.forget("r1")
    scene.media.take(messages.dump(answer))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("no_opus", Code.BAD_SDP),
        ("sdp_too_large", Code.BAD_SDP),
        ("room_not_live", Code.ENDED),
        ("member_absent", Code.REMOVED),
        ("full", Code.UNAVAILABLE),
        ("a code of tomorrow", Code.BAD_SDP),
    ],
)
async def test_a_rejection_becomes_a_refusal(scene: Scene, code: str, told: Code) -> None:
    scene.media.expect("r1")
    scene.media.take(messages.dump(Rejected("a", "r1", "p1", code)))
    assert await refusal(scene.media.answer("r1")) is told


async def test_an_answer_that_does_not_come_is_not_waited_for(scene: Scene) -> None:
    scene.media.expect("r1")
    assert await refusal(scene.media.answer("r1")) is Code.UNAVAILABLE


@pytest.mark.parametrize(
    "report",
    [
        Sealed("a", "room", "0123456789abcdef", ("0123456789abcdef-1.sealed",)),
        Connected("a", "room", 7, "peer"),
        Gone("a", "room", 7, "peer", "left"),
    ],
)
async def test_what_is_about_a_peer_or_a_freeze_is_told_on(scene: Scene, report: Any) -> None:
    scene.media.take(messages.dump(report))
    assert scene.told == [report]


async def test_what_is_no_report_is_dropped(scene: Scene) -> None:
    for text in ("", "{}", '{"kind":"alive"}', "[" * 9999):
        scene.media.take(text)
    assert scene.arrived == []


async def test_leases_follow_the_epochs_of_those_alive(scene: Scene) -> None:
    scene.alive("a")
    scene.alive("b", "e7")
    assert scene.media.leases() == ["a.e1", "b.e7"]
    scene.alive("a", "e2")
    assert scene.media.lease("a") == "a.e2"
