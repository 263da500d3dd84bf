"""That what is measured with a voice is one."""

from benchmarks import packets, sdp
from benchmarks.hearing import TEXT, Speaker
from rooms.sfu import rtp
from tests.rooms.sfu.voices import speech

REMOTE = sdp.Remote("u", "p", ("127.0.0.1", 1), "AB", "passive", level_id=1, mid_id=4, ssrcs=())


def test_a_speaker_says_the_text_with_its_levels_and_each_frame_again_with_the_next_without_an_end() -> None:
    said, speaker = speech("en-us", TEXT), Speaker(5, REMOTE, "en-us")
    data = [speaker.next(0) for _ in range(len(said) + 1)]
    heard = [packets.parse(one, 0) for one in data]
    assert [one.payload for one in heard] == [frame.payload for frame in (*said, said[0])]
    assert [one.copies for one in heard[1:]] == [(frame.payload,) for frame in said]
    levels = [rtp.parse(one, 1).level for one in data]
    assert levels == [frame.level for frame in (*said, said[0])]
    assert len(set(levels)) > 10
