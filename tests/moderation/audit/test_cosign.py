"""The log and its witness over HTTP: cosignatures kept, and every other history noticed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import cosign, keys, outgoing, verify
from moderation.audit.cosign import Trouble
from moderation.audit.destinations import Peer
from moderation.audit.models import Checkpoint, Cosignature, Stream
from moderation.audit.outgoing import AwayError, Reply
from moderation.audit.witness import Server, Witness
from tests.audit_triggers import lifted
from tests.moderation.audit.logs import WITNESS_KEY, Log, cosignature
from tests.moderation.audit.stored import ORIGIN, seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def signer() -> verify.Key:
    return (keys.signers(ORIGIN) or [keys.new_signer(ORIGIN)])[0].key


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[Witness]:
    """The witness."""
    it = Witness(tmp_path / "witness", [signer()], "witness.example/w1")
    yield it
    it.close()


@pytest.fixture
def peer(eve: Witness, settings: Settings) -> Iterator[Peer]:
    with Server(("127.0.0.1", 0), eve) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        found = Peer(f"http://127.0.0.1:{server.server_address[1]}", eve.key)
        settings.STOA_WITNESSES = [found]
        yield found
        server.shutdown()
        thread.join()


def state(peer: Peer) -> tuple[int, str]:
    row = Stream.objects.get(name=f"witness {peer.name}")
    return row.cursor, row.error


def test_each_new_checkpoint_is_cosigned_once(peer: Peer) -> None:
    for count in (3, 4):
        write(count)
        seal(NOW)
        assert cosign.cosign(NOW) == {peer.name: None}
        assert cosign.cosign(NOW) == {}
    assert state(peer) == (7, "")
    found = cosign.cosigned()
    assert found is not None
    assert found.size == 7
    assert {one.key for one in verify.verified(found.note, [signer(), peer.key])} == {signer(), peer.key}


def test_before_there_is_a_checkpoint_nobody_is_asked(peer: Peer) -> None:
    assert cosign.cosign(NOW) == {}


def test_a_log_that_forgot_what_was_cosigned_is_told_and_goes_on(peer: Peer) -> None:
    write(3)
    seal(NOW)
    cosign.cosign(NOW)
    Stream.objects.update(cursor=0)
    write(1)
    seal(NOW)
    assert cosign.cosign(NOW) == {peer.name: None}


def test_a_witness_that_is_away_is_asked_again(settings: Settings) -> None:
    settings.STOA_WITNESSES = [Peer("http://127.0.0.1:9", WITNESS_KEY)]
    write(1)
    seal(NOW)
    assert set(cosign.cosign(NOW).values()) == {Trouble.AWAY}
    assert state(settings.STOA_WITNESSES[0]) == (0, "away")


def test_a_witness_that_leaves_somebody_waiting_is_left_alone_for_a_minute(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def hang(*_: object) -> Reply:
        asked.append(seconds)
        assert set(cosign.cosign(NOW).values()) == {Trouble.AWAY}, "nobody else asks it meanwhile"
        raise AwayError("did not come to an end in time")

    settings.STOA_WITNESSES = [Peer("http://witness.example", WITNESS_KEY)]
    monkeypatch.setattr(outgoing, "post", hang)
    write(1)
    seal(NOW)
    for seconds in (0, 5, 59, 60):
        assert set(cosign.cosign(NOW + timedelta(seconds=seconds)).values()) == {Trouble.AWAY}
    assert asked == [0, 60]


def test_a_clock_that_was_set_back_by_a_day_keeps_nobody_from_being_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[timedelta] = []

    def hang(*_: object) -> Reply:
        asked.append(step)
        raise AwayError("did not come to an end in time")

    settings.STOA_WITNESSES = [Peer("http://witness.example", WITNESS_KEY)]
    monkeypatch.setattr(outgoing, "post", hang)
    write(1)
    seal(NOW)
    for step in (timedelta(0), timedelta(seconds=-5), timedelta(days=-1)):
        cosign.cosign(NOW + step)
    assert asked == [timedelta(0), timedelta(days=-1)]


def test_a_witness_that_was_shown_more_while_another_hung_does_not_look_as_if_the_past_was_changed(
    peer: Peer, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = outgoing.post
    hanging = Peer("http://hanging.example", WITNESS_KEY)

    def hang(url: str, body: bytes, headers: dict[str, str]) -> Reply:
        if not url.startswith(hanging.url):
            return post(url, body, headers)
        write(1)
        seal(NOW)
        assert cosign.cosign(NOW) == {hanging.name: Trouble.AWAY, peer.name: None}, "another process goes on"
        write(1)
        seal(NOW)
        raise AwayError("did not come to an end in time")

    settings.STOA_WITNESSES = [hanging, peer]
    monkeypatch.setattr(outgoing, "post", hang)
    write(3)
    seal(NOW)
    assert cosign.cosign(NOW) == {hanging.name: Trouble.AWAY, peer.name: None}
    assert state(peer) == (5, "")
    assert "log_contradicted" not in caplog.text


def test_a_witness_that_learns_of_more_between_two_questions_contradicts_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = iter([Reply(409, "text/x.tlog.size", b"1\n"), Reply(409, "text/x.tlog.size", b"2\n")])
    settings.STOA_WITNESSES = [Peer("http://witness.example", WITNESS_KEY)]
    monkeypatch.setattr(outgoing, "post", lambda *_: next(replies))
    write(3)
    seal(NOW)
    assert set(cosign.cosign(NOW).values()) == {Trouble.AWAY}


def rewritten(size: int) -> None:
    """Put a checkpoint of another history, signed with the log's own key, in the newest one's place."""
    log = Log(keys.signers(ORIGIN)[0]).grow(*(b"forged %d" % number for number in range(size)))
    Checkpoint.objects.create(size=size, root=log.root(), note=log.checkpoint().decode(), created_at=NOW)


def rewritten_since() -> None:
    """Have three entries cosigned, and after a fourth another history in the newest checkpoint's place."""
    write(3)
    seal(NOW)
    cosign.cosign(NOW)
    write(1)
    seal(NOW)
    with lifted():
        Checkpoint.objects.filter(size=4).delete()
    rewritten(4)


def test_a_rewritten_log_is_noticed_at_the_next_checkpoint(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    rewritten_since()
    assert cosign.cosign(NOW) == {peer.name: Trouble.CONTRADICTED}
    assert state(peer) == (3, "contradicted")
    assert not Cosignature.objects.filter(size=4).exists()


def test_a_witness_that_saw_another_past_is_not_silenced_by_being_cut_off(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten_since()
    cosign.cosign(NOW)
    monkeypatch.setattr(cosign, "_shown", cut_off)
    assert cosign.cosign(NOW) == {peer.name: Trouble.AWAY}
    assert state(peer) == (3, "contradicted")


def cut_off(*_: object) -> None:
    raise AwayError


def test_a_log_that_was_rolled_back_is_noticed(peer: Peer) -> None:
    write(5)
    seal(NOW)
    cosign.cosign(NOW)
    with lifted():
        Checkpoint.objects.all().delete()
        Cosignature.objects.all().delete()
    rewritten(4)
    assert cosign.cosign(NOW) == {peer.name: Trouble.BEHIND}
    assert state(peer)[1] == "behind"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (Reply(403, "text/plain", b""), Trouble.REFUSED),
        (Reply(404, "text/plain", b""), Trouble.REFUSED),
        (Reply(302, "text/plain", b""), Trouble.REFUSED),
        (Reply(503, "text/plain", b""), Trouble.AWAY),
        (Reply(422, "text/plain", b""), Trouble.CONTRADICTED),
        (Reply(409, "text/plain", b""), Trouble.CONTRADICTED),
        (Reply(409, "text/x.tlog.size", b"many\n"), Trouble.REFUSED),
        (Reply(409, "text/x.tlog.size", b"\xff"), Trouble.REFUSED),
        (Reply(409, "text/x.tlog.size", b"99\n"), Trouble.BEHIND),
        (Reply(200, "text/plain", b""), Trouble.REFUSED),
        (Reply(200, "text/plain", "— witness.example/w1 AAAAAAAA\n".encode()), Trouble.REFUSED),
        (Reply(200, "text/plain", b"\xff\n"), Trouble.REFUSED),
    ],
)
def test_any_other_answer_is_no_cosignature(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, reply: Reply, trouble: Trouble
) -> None:
    settings.STOA_WITNESSES = [Peer("http://witness.example", WITNESS_KEY)]
    monkeypatch.setattr(outgoing, "post", lambda *_: reply)
    write(1)
    seal(NOW)
    assert set(cosign.cosign(NOW).values()) == {trouble}
    assert not Cosignature.objects.exists()


def test_a_signature_on_more_than_the_checkpoint_is_not_kept_for_readers_to_find_false(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.STOA_WITNESSES = [Peer("http://witness.example", WITNESS_KEY)]
    write(1)
    whole = seal(NOW).note
    reply = Reply(200, "text/plain", f"\n{cosignature(whole, 1)}".encode())
    monkeypatch.setattr(outgoing, "post", lambda *_: reply)
    assert set(cosign.cosign(NOW).values()) == {Trouble.REFUSED}
    assert not Cosignature.objects.exists()


def test_the_newest_checkpoint_that_everybody_cosigned_is_preferred(peer: Peer) -> None:
    write(3)
    seal(NOW)
    cosign.cosign(NOW)
    write(1)
    seal(NOW)
    assert [found and found.size for found in map(cosign.cosigned, (0, 3, 4, 5))] == [3, 3, 4, None]


def test_a_witness_that_is_away_takes_no_other_ones_cosignature_from_readers(peer: Peer, settings: Settings) -> None:
    settings.STOA_WITNESSES = [peer, Peer("http://127.0.0.1:9", WITNESS_KEY)]
    write(3)
    seal(NOW)
    assert cosign.cosign(NOW)[peer.name] is None
    write(1)
    seal(NOW)
    found = cosign.cosigned()
    assert found is not None
    assert found.size == 3
    assert verify.verified(found.note, [peer.key])


def test_a_witness_that_has_been_away_for_long_keeps_nobody_from_the_newest(peer: Peer) -> None:
    write(3)
    seal(NOW - 2 * cosign.WAIT)
    cosign.cosign(NOW)
    write(1)
    seal(NOW)
    found = cosign.cosigned()
    assert found is not None
    assert found.size == 4
