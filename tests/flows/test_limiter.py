"""How loud a moderator hears what was reported: never above a limit, in a case and in a room they listen in to."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.desk import SIT_DOWN
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]
LIMITED = "script[src*='room/observing']"
"""What only the page of somebody who listens in has."""
LOUDEST = 0.6
"""Of full scale, and of it each of three slots in a room has a third."""
EXACT = 1e-6
PLAYED = """async () => {
  const { Deck } = await import("/static/console/deck.js");
  const RATE = 48000, LENGTH = 2 * RATE;
  const SOUNDS = {
    scream: (at) => (at % 100 < 50 ? 1 : -1),
    bangs: (at) => (at % 9000 < 30 ? 1 : 0),
    voice: (at) => 0.1 * Math.sin((at * 2 * Math.PI * 440) / RATE),
  };
  const heard = {};
  for (const [name, sound] of Object.entries(SOUNDS)) {
    const context = new OfflineAudioContext(1, LENGTH, RATE);
    context.resume = async () => {};
    const deck = new Deck(context);
    const buffer = new AudioBuffer({ length: LENGTH, sampleRate: RATE });
    buffer.copyToChannel(Float32Array.from({ length: LENGTH }, (_, at) => sound(at)), 0);
    deck.load([1, 2, 3].map((id) => ({ id, offset: 0, buffer })));
    deck.volume(9);
    deck.play();
    const samples = (await context.startRendering()).getChannelData(0);
    deck.pause();
    heard[name] = Math.max(...samples.map(Math.abs));
  }
  return heard;
}"""
"""The loudest that comes out of the deck at its highest volume, where three people at once do as named."""
SCREAM = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  const scream = new OscillatorNode(context, { type: "square", frequency: 440 });
  scream.connect(target);
  scream.start();
  return target.stream;
};
"""
"""A microphone with somebody who screams into it."""
PEAK = """async () => {
  const context = new AudioContext();
  const ears = [...document.querySelectorAll("audio[data-slot]")].map(({ srcObject }) => {
    const ear = new AnalyserNode(context, { fftSize: 4096 });
    context.createMediaStreamSource(srcObject).connect(ear);
    return ear;
  });
  const samples = new Float32Array(4096);
  let peak = 0;
  for (let look = 0; look < 25; look++) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    for (const ear of ears) {
      ear.getFloatTimeDomainData(samples);
      peak = Math.max(peak, ...samples.map(Math.abs));
    }
  }
  return peak;
}"""
"""The loudest sample of a second of what the room's players are given."""


def test_what_the_console_plays_never_comes_out_above_the_limit(visit: Callable[..., Visitor]) -> None:
    page = visit("carol").page
    page.goto("/")
    heard = page.evaluate(PLAYED)
    assert max(heard.values()) <= LOUDEST + EXACT
    assert heard["bangs"] > LOUDEST / 2, "it would have come out louder, had nobody cut it"
    assert heard["voice"] > LOUDEST / 4, "what is soft is not made softer"


def test_whoever_listens_in_to_a_scream_hears_no_more_than_a_slots_part_of_the_limit_in_an_older_tab_too(
    visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    keys = stoa.sign_in("mira")
    stoa.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % {"roles": {"mira": "moderator"}, "keys": keys})
    room, alice = stoa.room("alice", "Loud Sunday"), visit("alice")
    alice.page.add_init_script(SCREAM)
    talk.enter(alice, room)
    talk.speak_up(alice)
    carol, mira = visit("carol"), visit("mira")
    talk.enter(carol, room)
    mira.page.goto(f"/r/{room}")
    listen_in(mira, room)
    mira.page.locator("#join").click()  # of the page as it was before
    mira.page.locator(LIMITED).wait_for(state="attached")
    mira.page.locator("#join").click()
    talk.connected(mira)
    for visitor in (carol, mira):
        visitor.hears(440)
    assert carol.page.evaluate(PEAK) > LOUDEST
    assert LOUDEST / 30 < mira.page.evaluate(PEAK) <= LOUDEST / 3 + EXACT


def listen_in(moderator: Visitor, room: str) -> None:
    """Nothing: in another tab they said that they listen in to the room, and closed it."""
    console = moderator.page.context.new_page()
    console.goto("/console/live/")
    console.locator(f"form[action*=listen]:has([value='{room}']) button").click()
    console.locator("#join").wait_for()
    console.close()
