// Runs before a page's own scripts: keeps every remote track the page receives, and tells what is heard in each.
(() => {
  const Native = window.RTCPeerConnection;
  if (!Native) return;
  const QUIET = -60; // dBFS
  const ENOUGH = 8192; // samples kept: 170 ms, in which a tone's frequency shows to a few Hz
  const peers = new Set();
  const ears = new Map(); // by track
  let context;

  window.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      peers.add(this);
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") window.ears.connected = now();
      });
      this.addEventListener("track", ({ track }) => ears.set(track, window.MediaStreamTrackProcessor ? sink(track) : analyser(track)));
    }
  };

  const now = () => performance.timeOrigin + performance.now();
  const live = () => [...ears].filter(([track]) => track.readyState === "live").map(([, ear]) => ear);

  // Chromium: the very frames that go to the loudspeaker. Web Audio would be 190 ms late there.
  function sink(track) {
    const ear = { rate: 48000, samples: new Float32Array(ENOUGH), right: new Float32Array(ENOUGH), loud: false };
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    const take = ({ value, done }) => {
      if (done) return;
      const frame = new Float32Array(value.numberOfFrames);
      value.copyTo(frame, { planeIndex: 0, format: "f32-planar" });
      const right = new Float32Array(value.numberOfFrames);
      value.copyTo(right, { planeIndex: value.numberOfChannels - 1, format: "f32-planar" });
      ear.rate = value.sampleRate;
      value.close();
      append(ear.samples, frame);
      append(ear.right, right);
      note(ear, loudness(frame) > QUIET);
      reader.read().then(take);
    };
    reader.read().then(take);
    return ear;
  }

  function append(samples, frame) {
    samples.copyWithin(0, frame.length);
    samples.set(frame, ENOUGH - frame.length);
  }

  // Firefox: it has no such sink.
  function analyser(track) {
    context ??= new AudioContext();
    context.resume();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    source.connect(splitter);
    const nodes = [0, 1].map((side) => {
      const node = new AnalyserNode(context, { fftSize: ENOUGH });
      splitter.connect(node, side);
      return node;
    });
    const look = (side) => {
      const samples = new Float32Array(ENOUGH);
      nodes[side].getFloatTimeDomainData(samples);
      return samples;
    };
    return { rate: context.sampleRate, source, loud: false, get samples() { return look(0); }, get right() { return look(1); } };
  }

  // When (ms since 1970) sound last began and last ended, on any track.
  function note(ear, loud) {
    const before = live().some((other) => other.loud);
    ear.loud = loud;
    const after = live().some((other) => other.loud);
    if (before !== after) window.ears[after ? "began" : "ended"] = now();
  }

  function loudness(samples) {
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    return 10 * Math.log10(power + 1e-12);
  }

  // A tone crosses zero upwards once a period.
  function frequency({ samples, rate }) {
    const rises = [];
    for (let i = 1; i < samples.length; i++) if (samples[i - 1] < 0 && samples[i] >= 0) rises.push(i);
    if (rises.length < 2) return 0;
    return ((rises.length - 1) * rate) / (rises.at(-1) - rises[0]);
  }

  function volume({ srcObject, muted, paused, volume }) {
    const ear = ears.get(srcObject?.getTracks()[0]);
    if (!ear || muted || paused) return -120;
    return loudness(ear.samples.slice(-2048).map((sample) => sample * volume));
  }

  async function counted() {
    const open = [...peers].filter((peer) => peer.connectionState === "connected");
    const stats = (await Promise.all(open.map((peer) => peer.getStats()))).flatMap((report) => [...report.values()]);
    const sum = (type, field) => stats.filter((stat) => stat.type === type).reduce((all, stat) => all + stat[field], 0);
    return { connections: open.length, received: sum("inbound-rtp", "packetsReceived"), sent: sum("outbound-rtp", "packetsSent") };
  }

  // The frames that were received and not needed, for each packet: copies, on a line that loses nothing.
  async function spare() {
    const open = [...peers].filter((peer) => peer.connectionState === "connected");
    const stats = (await Promise.all(open.map((peer) => peer.getStats()))).flatMap((report) => [...report.values()]);
    const slots = stats.filter((stat) => stat.type === "inbound-rtp" && stat.packetsReceived > 50);
    return slots.length ? slots[0].packetsDiscarded / slots[0].packetsReceived : 0;
  }

  window.ears = {
    now,
    counted,
    spare,
    connected: 0, // when a connection last came up
    began: 0,
    ended: 0,

    // {level: dBFS, frequency: Hz} for each live remote track.
    hear: () => live().map((ear) => ({ level: loudness(ear.samples.slice(-2048)), frequency: frequency(ear) })),

    // The frequency (Hz) left and right in the loudest live remote track.
    sides() {
      const ear = live().toSorted((one, two) => loudness(two.samples) - loudness(one.samples))[0];
      return ear && { left: frequency(ear), right: frequency({ rate: ear.rate, samples: ear.right }) };
    },

    // How loud (dBFS) the loudest of the page's players is, as it is set: silence for one that is muted or stands still.
    played: () => Math.max(-120, ...[...document.querySelectorAll("audio")].map(volume)),

    // The longest silence (ms) in the next `milliseconds` of what the page's players play.
    async silence(milliseconds) {
      const playing = (track) => track?.readyState === "live" && ears.get(track)?.loud;
      const heard = () => [...document.querySelectorAll("audio")].some(({ srcObject }) => playing(srcObject?.getTracks()[0]));
      const end = now() + milliseconds;
      let [last, longest] = [now(), 0];
      while (now() < end) {
        longest = Math.max(longest, now() - last);
        if (heard()) last = now();
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      return longest;
    },

    // Every connection there was, for tests that look into them or cut them.
    peers,

    // The loudest moment (dBFS) of the next `milliseconds`, and the packets that came and went meanwhile.
    async attend(milliseconds) {
      const before = await counted();
      const end = now() + milliseconds;
      let loudest = -120;
      while (now() < end) {
        loudest = Math.max(loudest, ...live().map((ear) => loudness(ear.samples.slice(-2048))));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const after = await counted();
      return { loudest, received: after.received - before.received, sent: after.sent - before.sent };
    },
  };
})();
