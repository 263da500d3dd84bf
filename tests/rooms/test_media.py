"""What a web process knows of the media processes."""

import asyncio
from typing import Any

import pytest

from rooms import media
from rooms.media import DEAD_AFTER, Media
from rooms.roles import Code, Refused
from rooms.sfu import messages
from rooms.sfu.messages import Alive, Answer, Gone, Rejected, Sealed


class Scene:
    """A `Media` and what it called."""

    def __init__(self) -> None:
        self.arrived: list[Alive] = []
        self.lost: list[str] = []
        self.gone: list[Gone] = []
        self.sealed: list[Sealed] = []
        self.media = Media(self.arrived.append, self.lost.append, self.gone.append, self.sealed.append)

    def alive(self, sfu: str, epoch: str = "e1", peers: int = 0, *, draining: bool = False) -> None:
        self.media.take(messages.dump(Alive(sfu, epoch, peers, draining, {})))


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


async def test_the_least_loaded_media_process_is_the_first_choice(scene: Scene) -> None:
    scene.alive("a", peers=9)
    scene.alive("b", peers=2)
    scene.alive("c", peers=0, draining=True)
    assert await scene.media.taking() == ("b", "a")


async def test_with_no_media_process_or_none_that_takes_anybody_it_is_unavailable(scene: Scene) -> None:
    assert await refusal(scene.media.taking()) is Code.UNAVAILABLE
    scene.alive("a", draining=True)
    assert await refusal(scene.media.taking()) is Code.UNAVAILABLE


async def test_a_new_epoch_means_its_peers_are_gone(scene: Scene) -> None:
    scene.alive("a")
    scene.alive("a")
    assert scene.lost == []
    scene.alive("a", "e2")
    assert scene.lost == ["a"]


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
    assert scene.lost == ["a"]
    scene.alive("a", "e2")
    assert scene.lost == ["a", "a"]


async def test_nobody_is_dead_because_redis_was_away(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    scene.alive("a")
    clock.now += 60
    scene.media.tick(since=clock.now - 1)
    assert scene.lost == []


async def test_a_drain_moves_the_rooms_only_when_another_takes_them(scene: Scene) -> None:
    scene.alive("a", draining=True)
    assert scene.lost == []
    scene.alive("b")
    scene.alive("b", draining=True)
    assert scene.lost == []
    scene.alive("c")
    scene.alive("b")
    scene.alive("b", draining=True)
    assert scene.lost == ["b"]


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


async def test_an_answered_freeze_is_told_on(scene: Scene) -> None:
    report = Sealed("a", "room", "0123456789abcdef", ("0123456789abcdef-1.sealed",))
    scene.media.take(messages.dump(report))
    assert scene.sealed == [report]


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
