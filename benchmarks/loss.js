// For a page that is measured: what each remote track plays, kept while it is asked for; and, on wish, no copies (RED).
(() => {
  const Native = window.RTCPeerConnection;
  const tracks = new Map(); // to the samples kept, in pieces
  let keeping = false;

  window.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      this.addEventListener("track", ({ track }) => keep(track));
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") window.recorder.connected = true;
      });
    }

    addTransceiver(...given) {
      const transceiver = super.addTransceiver(...given);
      const { codecs } = RTCRtpReceiver.getCapabilities("audio");
      if (window.plain) transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType !== "audio/red"));
      return transceiver;
    }

    setRemoteDescription({ type, sdp }) {
      const [from, to] = window.detour ?? [0, 0];
      const udp = sdp.replaceAll(/a=candidate:\S+ 1 tcp .*\r\n/g, ""); // a browser leaves a line that loses for TCP
      return super.setRemoteDescription({ type, sdp: udp.replaceAll(` ${from} typ host`, ` ${to} typ host`) });
    }
  };

  async function keep(track) {
    const pieces = [];
    tracks.set(track, pieces);
    for await (const frame of new MediaStreamTrackProcessor({ track }).readable) {
      if (keeping) pieces.push(samples(frame));
      frame.close();
    }
  }

  function samples(frame) {
    const floats = new Float32Array(frame.numberOfFrames);
    frame.copyTo(floats, { planeIndex: 0, format: "f32-planar" });
    return Int16Array.from(floats, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
  }

  window.recorder = {
    connected: false,

    start() {
      keeping = true;
    },

    // What the loudest track played since the start: 16-bit samples at 48,000 Hz, in Base64.
    async stop() {
      keeping = false;
      const whole = await Promise.all([...tracks.values()].map((pieces) => new Blob(pieces).arrayBuffer()));
      const energy = (data) => new Int16Array(data).reduce((sum, sample) => sum + sample * sample, 0);
      const [loudest] = whole.toSorted((one, other) => energy(other) - energy(one));
      const url = await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.readAsDataURL(new Blob([loudest]));
      });
      return url.slice(url.indexOf(",") + 1);
    },
  };
})();
