import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Media, detour } from "../../static/js/room/media.js";

class Peer {
  /** @type {Peer[]} */
  static all = [];
  connectionState = "new";
  /** @type {any} */
  track = null;
  /** @type {string[]} */
  lines = [];
  /** @type {(() => void) | null} */
  onconnectionstatechange = null;
  /** @type {any} */
  localDescription = null;
  answered = "";
  constructor() {
    Peer.all.push(this);
  }
  /** @param {string} kind @param {{direction: string}} how */
  addTransceiver(kind, { direction }) {
    this.lines.push(`${kind} ${direction}`);
    const replaceTrack = async (/** @type {any} */ track) => (this.track = track);
    return { sender: { replaceTrack }, receiver: { track: { peer: this } } };
  }
  getConfiguration() {
    return {};
  }
  setConfiguration() {}
  static sdp = "";
  async createOffer() {
    return { type: "offer", sdp: Peer.sdp || `offer ${Peer.all.indexOf(this)}` };
  }
  /** @param {{sdp: string}} description */
  async setLocalDescription(description) {
    this.localDescription = description;
  }
  /** @type {Map<string, any>} */
  stats = new Map();
  async getStats() {
    return this.stats;
  }
  /** @param {{sdp: string}} description */
  async setRemoteDescription({ sdp }) {
    this.answered = sdp;
  }
  close() {
    this.connectionState = "closed";
  }
  /** @param {string} state */
  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

class Player extends EventTarget {
  srcObject = null;
  played = 0;
  play() {
    this.played++;
    return Promise.resolve();
  }
}

class Stream {
  /** @param {any[]} tracks */
  constructor(tracks) {
    this.tracks = tracks;
  }
  getTracks() {
    return this.tracks;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {import("node:test").TestContext} context */
async function joined(context) {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  Object.assign(globalThis, { RTCPeerConnection: Peer, MediaStream: Stream });
  Peer.all = [];
  /** @type {string[]} */
  const offers = [];
  /** @type {any[]} */
  const sounds = [0, 1, 2].map(() => new Player());
  const media = new Media((sdp) => offers.push(sdp), sounds);
  media.prepare();
  const playedInTheTap = sounds.map((sound) => sound.played);
  media.start([]);
  await settled();
  return { media, offers, sounds, playedInTheTap, first: Peer.all[0] };
}

test("sound starts inside the tap, before there is a server", async (context) => {
  const { playedInTheTap } = await joined(context);
  assert.deepEqual(playedInTheTap, [1, 1, 1]);
});

test("one line out and three in are offered once", async (context) => {
  const { offers, first } = await joined(context);
  assert.deepEqual(first.lines, ["audio sendonly", "audio recvonly", "audio recvonly", "audio recvonly"]);
  assert.deepEqual(offers, ["offer 0"]);
});

test("an answer to an older offer is ignored", async (context) => {
  const { media, first } = await joined(context);
  await media.answer(99, "stray");
  assert.equal(first.answered, "");
  await media.answer(1, "answer");
  assert.equal(first.answered, "answer");
});

test("while sound flows, a socket that is back changes nothing", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  media.start([]);
  await settled();
  assert.equal(Peer.all.length, 1);
});

test("an offer that went down with the socket is made again on the next one, beside the sound that flows", async (context) => {
  const { media, offers, first } = await joined(context);
  first.becomes("connected");
  media.renew();
  await settled();
  media.start([]);
  await settled();
  assert.deepEqual(offers, ["offer 0", "offer 1", "offer 2"]);
  assert.equal(Peer.all[1].connectionState, "closed");
  assert.equal(first.connectionState, "connected");
});

test("a player that something else stopped is started again, unless nothing is to be heard", async (context) => {
  const { media, sounds, first } = await joined(context);
  first.becomes("connected");
  const before = sounds[0].played;
  sounds[0].dispatchEvent(new Event("pause"));
  assert.equal(sounds[0].played, before + 1);
  media.close();
  sounds[0].dispatchEvent(new Event("pause"));
  assert.equal(sounds[0].played, before + 1);
});

test("the old connection is heard until the new one is up, and never both", async (context) => {
  const { media, sounds, first } = await joined(context);
  first.becomes("connected");
  media.renew();
  await settled();
  const second = Peer.all[1];
  assert.equal(sounds[0].srcObject.tracks[0].peer, first);
  assert.equal(first.connectionState, "connected");
  second.becomes("connected");
  assert.equal(sounds[0].srcObject.tracks[0].peer, second);
  assert.equal(first.connectionState, "closed");
});

test("a path that goes silent is replaced at once, and heard again should it come back first", async (context) => {
  const { media, sounds, first } = await joined(context);
  /** @type {string[]} */
  const flows = [];
  media.flow.on((flow) => flows.push(flow));
  first.becomes("connected");
  first.becomes("disconnected");
  await settled();
  assert.equal(Peer.all.length, 2);
  first.becomes("connected");
  assert.deepEqual(flows, ["connected", "connecting", "connected"]);
  assert.equal(sounds[0].srcObject.tracks[0].peer, first);
  Peer.all[1].becomes("connected");
  assert.equal(sounds[0].srcObject.tracks[0].peer, Peer.all[1]);
  assert.equal(first.connectionState, "closed");
});

test("a new line beside one that is heard is no trouble to tell of", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  /** @type {string[]} */
  const flows = [];
  media.flow.on((flow) => flows.push(flow));
  media.renew();
  await settled();
  assert.deepEqual(flows, []);
});

test("three tries that were answered and found no path mean that the network blocks sound", async (context) => {
  const { media, offers } = await joined(context);
  /** @type {string[]} */
  const flows = [];
  media.flow.on((flow) => flows.push(flow));
  for (let attempt = 1; attempt <= 3; attempt++) {
    await media.answer(offers.length, "answer");
    Peer.all[Peer.all.length - 1].becomes("failed");
    await settled();
  }
  assert.deepEqual(flows, ["lost", "lost", "unreachable"]);
  assert.equal(offers.length, 4);
  Peer.all[3].becomes("connected");
  assert.equal(flows.at(-1), "connected");
});

test("tries that nobody answered are not the network's fault", async (context) => {
  const { media } = await joined(context);
  /** @type {string[]} */
  const flows = [];
  media.flow.on((flow) => flows.push(flow));
  for (let attempt = 1; attempt <= 4; attempt++) {
    Peer.all[Peer.all.length - 1].becomes("failed");
    await settled();
  }
  assert.deepEqual(flows, ["lost", "lost", "lost", "lost"]);
});

test("stereo is offered by a new connection, and by every later one", async (context) => {
  const { media, offers, first } = await joined(context);
  context.after(() => (Peer.sdp = ""));
  Peer.sdp = "v=0\r\nm=audio 9 UDP 111\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";
  first.becomes("connected");
  media.stereo(true);
  await settled();
  assert.match(offers[1], /^a=fmtp:111 minptime=10;sprop-stereo=1\r$/m);
  media.stereo(true);
  media.renew();
  await settled();
  assert.equal(offers.length, 3);
  assert.match(offers[2], /sprop-stereo=1/);
});

test("a path through a relay is told once", async (context) => {
  const { media, first } = await joined(context);
  let told = 0;
  media.detour.on(() => told++);
  const relay = new Map([
    ["T", { id: "T", type: "transport", selectedCandidatePairId: "P" }],
    ["P", { id: "P", type: "candidate-pair", localCandidateId: "L" }],
    ["L", { id: "L", type: "local-candidate", candidateType: "relay" }],
  ]);
  first.stats = relay;
  first.becomes("connected");
  await settled();
  media.renew();
  await settled();
  Peer.all[1].stats = relay;
  Peer.all[1].becomes("connected");
  await settled();
  assert.equal(told, 1);
});

test("the path is read in each browser's words", () => {
  const local = { id: "L", type: "local-candidate", candidateType: "relay" };
  const pair = { id: "P", type: "candidate-pair", selected: true, localCandidateId: "L" };
  assert.equal(detour([pair, local]), "relay");
  assert.equal(detour([pair, { ...local, candidateType: "host", protocol: "udp" }]), undefined);
  assert.equal(detour([pair, { ...local, candidateType: "prflx", protocol: "tcp" }]), "tcp");
  assert.equal(detour([]), undefined);
});

test("a connection that does not come up is tried again", async (context) => {
  await joined(context);
  mock.timers.tick(8_400);
  await settled();
  assert.equal(Peer.all.length, 2);
  assert.equal(Peer.all[0].connectionState, "closed");
});

test("a refused offer is tried again a little later", async (context) => {
  const { media, offers } = await joined(context);
  media.refused(1);
  await settled();
  assert.equal(offers.length, 1);
  mock.timers.tick(1_000);
  await settled();
  assert.equal(offers.length, 2);
});

test("what is sent is sent on every connection, old and new", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  const track = /** @type {any} */ ({});
  await media.speak(track);
  assert.equal(first.track, track);
  media.renew();
  await settled();
  assert.equal(Peer.all[1].track, track);
  await media.speak(null);
  assert.deepEqual([first.track, Peer.all[1].track], [null, null]);
});

test("a mute sends a moment of silence before nothing, unless it is taken back meanwhile", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  const track = /** @type {any} */ ({ readyState: "live" });
  await media.speak(track);
  await media.speak(null);
  mock.timers.tick(99);
  assert.equal(first.track, track);
  await media.speak(track);
  mock.timers.tick(1_000);
  assert.equal(first.track, track);
  await media.speak(null);
  mock.timers.tick(60);
  await media.speak(null);
  mock.timers.tick(40);
  await settled();
  assert.equal(first.track, null);
});

test("two calls to renew make one offer each, on connections of their own", async (context) => {
  const { media, offers } = await joined(context);
  media.renew();
  media.renew();
  await settled();
  assert.deepEqual(offers, ["offer 0", "offer 2"]);
  assert.equal(Peer.all[1].connectionState, "closed");
});

test("a browser that wants a tap first is reported", async (context) => {
  const { media, sounds } = await joined(context);
  let blocked = 0;
  media.blocked.on(() => blocked++);
  const refusal = Object.assign(new Error(), { name: "NotAllowedError" });
  for (const sound of sounds) sound.play = () => Promise.reject(refusal);
  media.play();
  await settled();
  assert.equal(blocked, 3);
});

test("closing ends all sound", async (context) => {
  const { media, sounds, first } = await joined(context);
  first.becomes("connected");
  media.close();
  assert.equal(first.connectionState, "closed");
  assert.deepEqual(sounds.map((sound) => sound.srcObject), [null, null, null]);
});
